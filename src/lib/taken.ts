import { createHash } from 'node:crypto'
import type { RecordFile } from './ports-record.js'
import { isSnapshotMetadata } from './state/layout.js'

/** What stands in a copy beside the bytes: all that makes the blob what it was. */
export interface Original {
  name: string
  etag: string
  lastModifiedMs: number
  /** `null`: the service did not tell. */
  createdMs: number | null
  metadata: Record<string, string>
  headers: ContentHeaders
}

/** Content headers of a blob, by the names that the SDK has for writing them. */
export type ContentHeaders = Partial<Record<(typeof HEADERS)[number], string>>

const HEADERS = ['blobContentType', 'blobContentEncoding', 'blobContentLanguage', 'blobContentDisposition', 'blobCacheControl'] as const

/** How old a blob is that was brought back with another ETag or date than it had. */
export interface Age {
  name: string
  /** The version that was brought back. */
  etag: string
  /** What it was before it was deleted. */
  was: { etag: string; lastModifiedMs: number; createdMs: number | null }
}

/** Where the copy of a `_metadata` lies in a run's record: no path that anybody could take for Flink's. */
export function copyFileOf(name: string): Extract<RecordFile, `taken/${string}`> {
  return `taken/${createHash('sha256').update(name).digest('hex').slice(0, 40)}`
}

/** A line of JSON, and the bytes: whole or not there at all, since it is one blob. */
export function encodeCopy(original: Original, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify(original)}\n`), bytes])
}

/** `null`: it is no copy of a `_metadata`, or not the one that this file is for. */
export function decodeCopy(file: string, copy: Uint8Array): { original: Original; bytes: Uint8Array } | null {
  const end = copy.indexOf(0x0a)
  const original = parse(copy.subarray(0, Math.max(0, end)))
  if (!isOriginal(original) || !isSnapshotMetadata(original.name) || copyFileOf(original.name) !== file) return null
  return { original, bytes: copy.subarray(end + 1) }
}

/** What is no age is left out: whatever is not known to be older is as young as it looks. */
export function decodeAges(json: Uint8Array | null): Age[] {
  const ages = json === null ? [] : parse(json)
  return Array.isArray(ages) ? ages.filter(isAge) : []
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json).toString('utf8'))
  } catch {
    return null
  }
}

function isOriginal(value: unknown): value is Original {
  if (!isObject(value) || !isVersion(value) || typeof value['name'] !== 'string') return false
  const { metadata, headers } = value
  return isTexts(metadata) && isTexts(headers) && Object.keys(headers).every((name) => HEADERS.some((one) => one === name))
}

function isAge(value: unknown): value is Age {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    typeof value['etag'] === 'string' &&
    isObject(value['was']) &&
    isVersion(value['was'])
  )
}

function isVersion({ etag, lastModifiedMs, createdMs }: Record<string, unknown>): boolean {
  return typeof etag === 'string' && Number.isFinite(lastModifiedMs) && (createdMs === null || Number.isFinite(createdMs))
}

function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((one) => typeof one === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
