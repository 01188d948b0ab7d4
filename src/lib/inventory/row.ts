import type { Blob } from '../ports.js'

/** One row, by field in lower case. Of CSV every value is text. */
export type Row = Record<string, unknown>

/** A container's name has 63 characters, a blob's 1,024. */
const LONGEST_NAME = 2048
/** The service takes 8 KB of metadata; as JSON it may be longer. */
const LONGEST_METADATA = 64 * 1024

export interface InventoriedBlob extends Blob {
  container: string
}

/** The blob of a row; `null` for a version, a snapshot or a deleted blob; throws on a row that says too little. */
export function blobOf(row: Row): InventoriedBlob | null {
  if (isTrue(row['deleted']) || isText(row['snapshot']) || isOldVersion(row)) return null
  const path = row['name']
  const slash = typeof path === 'string' ? path.indexOf('/') : -1
  if (typeof path !== 'string' || slash <= 0) throw new Error('a row has no name')
  if (path.length > LONGEST_NAME) throw new Error('a name is longer than any that the service takes')
  const sizeBytes = Number(row['content-length'])
  const lastModifiedMs = timeOf(row['last-modified'])
  const etag = row['etag']
  if (!isText(row['content-length']) || !Number.isSafeInteger(sizeBytes) || Number.isNaN(lastModifiedMs) || !isText(etag))
    throw new Error(`${path} has no size, date or ETag`)
  const metadata = metadataOf(row['metadata'])
  return {
    container: path.slice(0, slash),
    name: path.slice(slash + 1),
    sizeBytes,
    etag: String(etag).replace(/^"(.*)"$/, '$1'),
    lastModifiedMs,
    // The marks of the Hadoop driver, whatever the notation: a file never has them.
    isDirectory: isTrue(row['hdi_isfolder']) || /(hdi|asv)_isfolder/i.test(metadata),
    isUploading: /(hdi|asv)_tmpupload/i.test(metadata),
  }
}

/** Where versions are listed, the blob itself is the current one. A row that says it is not current is none, with or without an id. */
function isOldVersion(row: Row): boolean {
  const isCurrent = row['iscurrentversion']
  if (isTrue(isCurrent)) return false
  return isText(isCurrent) || (isText(row['versionid']) && isCurrent !== undefined)
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

function isText(value: unknown): boolean {
  return value !== undefined && value !== null && String(value) !== ''
}

/** As text, however it came: a map of Parquet, JSON in CSV. */
function metadataOf(value: unknown): string {
  if (!isWithin(value, LONGEST_METADATA)) throw new Error('a row has more metadata than the service takes')
  return typeof value === 'object' ? JSON.stringify(value) : String(value ?? '')
}

/** A dictionary may name one long text for each of a million rows. */
function isWithin(value: unknown, most: number): boolean {
  if (typeof value === 'string') return value.length <= most
  if (typeof value !== 'object' || value === null) return true
  const parts = Object.entries(value).flat()
  return parts.length <= most && parts.every((part) => isWithin(part, most))
}

/** CSV has ISO times, Parquet milliseconds. */
function timeOf(value: unknown): number {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Date.parse(String(value ?? ''))
}
