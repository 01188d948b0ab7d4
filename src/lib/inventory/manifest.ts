import { refusedError, usageError } from '../errors.js'
import { parseForeignJson } from '../foreign-json.js'
import { canonicalAccount } from '../state/location.js'

/** What a manifest says of one run of an inventory rule (Azure Storage blob inventory, manifest version 1.0). */
export interface InventoryManifest {
  /** Canonical host of the account that was listed. */
  account: string
  /** Container of the account in which the files lie. */
  destination: string
  files: { blob: string; sizeBytes: number }[]
  startedAtMs: number
  completedAtMs: number
  format: 'csv' | 'parquet'
  /** In lower case: the service spells some of them in more than one way. */
  fields: ReadonlySet<string>
  prefixes: string[]
  excluded: string[]
  objects: number
}

/** What a blob must be known by before it may be deleted. */
const REQUIRED = ['Name', 'Last-Modified', 'Content-Length', 'ETag', 'Metadata']
/** What tells a version or a deleted blob from the blob itself, where the rule includes them. */
const TELLING = { includeSnapshots: ['Snapshot'], includeBlobVersions: ['VersionId', 'IsCurrentVersion'], includeDeleted: ['Deleted'] }

type Fields = Record<string, unknown>

/** Reads a manifest, and refuses whatever would leave blobs out or leave open what a row is. */
export function parseManifest(source: string, text: string): InventoryManifest {
  const manifest = objectOf(source, parseJson(source, text), 'the manifest')
  const status = manifest['status']
  if (status !== 'Succeeded')
    throw refusedError(
      'INVENTORY_UNFINISHED',
      `The inventory run of ${source} has the status ${String(status)}.`,
      'Take one that succeeded.',
    )
  const rule = objectOf(source, manifest['ruleDefinition'], 'ruleDefinition')
  const filters = objectOf(source, rule['filters'] ?? {}, 'filters')
  // Azure Resource Manager spells it Blob.
  if (String(rule['objectType']).toLowerCase() !== 'blob')
    throw usageError(`${source} is an inventory of ${String(rule['objectType'])}s, not of blobs.`)
  const fields = new Set(texts(source, rule['schemaFields'], 'schemaFields').map((field) => field.toLowerCase()))
  checkFields(source, fields, filters)
  return {
    account: accountOf(source, manifest['endpoint']),
    destination: word(source, manifest['destinationContainer'], 'destinationContainer'),
    files: list(source, manifest['files'], 'files').map((file) => fileOf(source, file)),
    startedAtMs: timeOf(source, manifest['inventoryStartTime'], 'inventoryStartTime'),
    completedAtMs: timeOf(source, manifest['inventoryCompletionTime'], 'inventoryCompletionTime'),
    format: formatOf(source, rule['format']),
    fields,
    prefixes: texts(source, filters['prefixMatch'] ?? [], 'prefixMatch'),
    excluded: texts(source, filters['excludePrefix'] ?? [], 'excludePrefix'),
    objects: count(source, objectOf(source, manifest['summary'], 'summary')['objectCount'], 'objectCount'),
  }
}

function checkFields(source: string, fields: ReadonlySet<string>, filters: Fields): void {
  const telling = Object.entries(TELLING).flatMap(([filter, columns]) => (filters[filter] === true ? columns : []))
  const missing = [...REQUIRED, ...telling].filter((field) => !fields.has(field.toLowerCase()))
  if (missing.length > 0)
    throw usageError(`The inventory rule of ${source} leaves out ${missing.join(', ')}.`, 'Add them to the schema fields of the rule.')
  if (filters['creationTime'] !== undefined && filters['creationTime'] !== null)
    throw usageError(`The inventory rule of ${source} lists blobs of some days only (creationTime).`, 'Take a rule without that filter.')
  const types = filters['blobTypes'] ?? []
  if (Array.isArray(types) && types.length > 0 && !types.includes('blockBlob'))
    throw usageError(`The inventory rule of ${source} leaves out block blobs, which is what Flink writes.`)
}

function formatOf(source: string, format: unknown): 'csv' | 'parquet' {
  const word = String(format).toLowerCase()
  if (word === 'csv' || word === 'parquet') return word
  throw malformed(source, `the format ${word} is neither csv nor parquet`)
}

function accountOf(source: string, endpoint: unknown): string {
  const text = word(source, endpoint, 'endpoint')
  if (!URL.canParse(text)) throw malformed(source, 'endpoint is no URL')
  return canonicalAccount(new URL(text).host)
}

function fileOf(source: string, file: unknown): { blob: string; sizeBytes: number } {
  const { blob, size } = objectOf(source, file, 'files')
  return { blob: word(source, blob, 'files.blob'), sizeBytes: count(source, size, 'files.size') }
}

function timeOf(source: string, value: unknown, field: string): number {
  const ms = Date.parse(word(source, value, field))
  if (Number.isNaN(ms)) throw malformed(source, `${field} is no time`)
  return ms
}

function texts(source: string, value: unknown, field: string): string[] {
  return list(source, value, field).map((one) => word(source, one, field))
}

function list(source: string, value: unknown, field: string): unknown[] {
  if (!Array.isArray(value)) throw malformed(source, `${field} is missing`)
  return value
}

function word(source: string, value: unknown, field: string): string {
  if (typeof value !== 'string') throw malformed(source, `${field} is missing`)
  return value
}

function count(source: string, value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw malformed(source, `${field} is missing`)
  return value
}

function objectOf(source: string, value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(source, `${field} is missing`)
  return { ...value }
}

function parseJson(source: string, text: string): unknown {
  try {
    return parseForeignJson(text)
  } catch {
    throw malformed(source, 'it is not JSON')
  }
}

function malformed(source: string, problem: string): Error {
  return usageError(`${source} is no manifest of a blob inventory: ${problem}.`, 'Give the <rule>-manifest.json of the run.')
}
