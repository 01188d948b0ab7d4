import { type Answer, header, type Request, refused } from './messages.js'
import { wasbMetadata } from './metadata-of.js'
import type { Service } from './service.js'
import type { Found } from './store.js'

/** Get Blob, in whole or in part, and Get Blob Properties. */
export function readBlob(service: Service, { method, name, headers }: Request): Answer {
  const found = service.store.find(name)
  if (found === null) return refused(404, 'BlobNotFound')
  if (!matches(headers['if-match'], found.etag)) return refused(412, 'ConditionNotMet')
  const facts = { ...factsOf(service, found), 'accept-ranges': 'bytes' }
  if (method === 'HEAD') return { status: 200, headers: { ...facts, 'content-length': String(found.sizeBytes) } }
  const body = bodyOf(service, found)
  const range = /^bytes=(\d+)-(\d*)$/.exec(header(headers, 'x-ms-range') || header(headers, 'range'))
  if (range === null || (range[1] === '0' && range[2] === '')) return { status: 200, headers: facts, body }
  const first = Number(range[1])
  if (first >= body.length) return refused(416, 'InvalidRange')
  const part = body.subarray(first, range[2] ? Number(range[2]) + 1 : undefined)
  return { status: 206, headers: { ...facts, 'content-range': `bytes ${first}-${first + part.length - 1}/${body.length}` }, body: part }
}

/** Delete Blob; also what a part of a batch asks for. */
export function deleteBlob(service: Service, { name, headers }: Pick<Request, 'name' | 'headers'>): Answer {
  const { store, leases, counters } = service
  const condition = headers['if-match']
  if (condition === undefined) counters.unguarded++
  const found = store.find(name)
  if (found === null) {
    counters.gone++
    return refused(404, 'BlobNotFound')
  }
  if (!matches(condition, found.etag)) {
    counters.mismatched++
    return refused(412, 'ConditionNotMet')
  }
  const held = leases.refusal(name, headers)
  if (held !== null) return held
  store.delete(found)
  counters.deleted++
  return { status: 202, headers: { 'x-ms-delete-type-permanent': 'false' } }
}

/** Put Blob. */
export function putBlob(service: Service, { name, headers, body }: Request): Answer {
  const { store, leases } = service
  const found = store.find(name)
  const held = found === null ? null : leases.refusal(name, headers)
  if (held !== null) return held
  if (found !== null && headers['if-none-match'] === '*') return refused(409, 'BlobAlreadyExists')
  if (headers['if-match'] !== undefined && !matches(headers['if-match'], found?.etag ?? '')) return refused(412, 'ConditionNotMet')
  const written = store.write(name, body, metadataOf(headers))
  const facts = { etag: `"${written.etag}"`, 'last-modified': new Date(written.modifiedMs).toUTCString() }
  return { status: 201, headers: { ...facts, 'x-ms-request-server-encrypted': 'true' } }
}

export function undeleteBlob({ store }: Service, { name }: Request): Answer {
  return store.undelete(name) ? { status: 200 } : refused(404, 'BlobNotFound')
}

export function leaseBlob(service: Service, { name, headers }: Request): Answer {
  const found = service.store.find(name)
  if (found === null) return refused(404, 'BlobNotFound')
  const answer = service.leases.act(name, headers)
  return { ...answer, headers: { ...answer.headers, etag: `"${found.etag}"`, 'last-modified': new Date(found.modifiedMs).toUTCString() } }
}

function matches(condition: string | undefined, etag: string): boolean {
  return condition === undefined || condition === '*' || condition === `"${etag}"` || condition.replaceAll('"', '') === etag
}

function factsOf({ leases }: Service, found: Found): Record<string, string> {
  const time = new Date(found.modifiedMs).toUTCString()
  const isLeased = leases.holderOf(found.name) !== null
  const metadata = found.written?.metadata ?? wasbMetadata(found.isMarker)
  return {
    etag: `"${found.etag}"`,
    'last-modified': time,
    'x-ms-creation-time': time,
    'content-type': 'application/octet-stream',
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-access-tier': 'Hot',
    'x-ms-lease-state': isLeased ? 'leased' : 'available',
    'x-ms-lease-status': isLeased ? 'locked' : 'unlocked',
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value])),
  }
}

function bodyOf({ snapshots }: Service, { written, run, sizeBytes }: Found): Buffer {
  if (written !== null) return written.bytes
  return run === null || run.snapshot === null ? Buffer.alloc(sizeBytes) : snapshots.bytesOf(run)
}

function metadataOf(headers: Request['headers']): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-ms-meta-'))
  return Object.fromEntries(own.map(([name, value]) => [name.slice('x-ms-meta-'.length), String(value)]))
}
