import type { BlobItem } from '@azure/storage-blob'
import type { Blob } from '../ports.js'
import type { UndeleteOutcome } from '../ports-record.js'
import { unquoted } from './blob.js'
import { faultOf } from './errors.js'
import { isGone, statBlob } from './read.js'
import { request, type Target } from './target.js'

/** One version of a blob. */
interface Wanted {
  name: string
  etag: string
  signal: AbortSignal
}

/**
 * Brings one version of a blob back: Undelete Blob where soft delete keeps it; with versioning it is copied over the name, since Undelete alone
 * does not restore a current version. A blob that is there is never touched, nor one that is kept under the name and is another version.
 */
export async function undeleteBlob(target: Target, wanted: Wanted): Promise<UndeleteOutcome> {
  const { name, etag, signal } = wanted
  const there = await statBlob(target, { name, signal })
  if (there !== null) return { state: 'there', etag: there.etag }
  const kept = await newestDeleted(target, wanted)
  if (kept !== null && etagOf(kept) !== etag) return { state: 'other' }
  const refused = await attempt(target, `undelete ${name}`, signal, async (abortSignal) => {
    await target.client.getBlobClient(name).undelete({ abortSignal })
  })
  const back = await statBlob(target, { name, signal })
  if (back !== null) return restored(back, kept)
  const version = await versionOf(target, wanted)
  if (version === 'none') return refused ?? { state: 'lost' }
  if (version === 'other') return { state: 'other' }
  const failed = await attempt(target, `copy a version over ${name}`, signal, async (abortSignal) => {
    const source = target.client.getBlobClient(name).withVersion(version.versionId ?? '').url
    await target.client.getBlobClient(name).syncCopyFromURL(source, { abortSignal, conditions: { ifNoneMatch: '*' } })
  })
  const copied = failed === null ? await statBlob(target, { name, signal }) : null
  return copied === null ? (failed ?? { state: 'lost' }) : restored(copied, version)
}

function restored({ etag, lastModifiedMs }: Blob, before: BlobItem | null): UndeleteOutcome {
  return { state: 'restored', etag, lastModifiedMs, wasModifiedMs: before?.properties.lastModified.getTime() ?? null }
}

function etagOf({ properties }: BlobItem): string {
  return unquoted(properties.etag)
}

async function attempt(
  target: Target,
  action: string,
  signal: AbortSignal,
  run: (abortSignal: AbortSignal) => Promise<void>,
): Promise<Extract<UndeleteOutcome, { state: 'lost' | 'failed' | 'notOffered' }> | null> {
  return request(target, { action, signal, isWriting: true }, async (abortSignal) => {
    try {
      await run(abortSignal)
      return null
    } catch (error) {
      const { status, code } = faultOf(error)
      if (isGone(error)) return { state: 'lost' as const }
      if (status === 501) return { state: 'notOffered' as const }
      if (status !== null && status !== 401 && status !== 403) return { state: 'failed' as const, code: code ?? `HTTP ${status}` }
      throw error
    }
  })
}

/** Undelete brings back what was deleted last; `null` = the listing tells of nothing that is kept. */
async function newestDeleted(target: Target, wanted: Wanted): Promise<BlobItem | null> {
  const kept = (await listed(target, wanted, { includeDeleted: true })).filter((blob) => blob.deleted)
  return kept.reduce<BlobItem | null>((newest, one) => (newest === null || deletedMs(one) >= deletedMs(newest) ? one : newest), null)
}

function deletedMs({ properties }: BlobItem): number {
  return properties.deletedOn?.getTime() ?? 0
}

async function versionOf(target: Target, wanted: Wanted): Promise<BlobItem | 'none' | 'other'> {
  const versions = (await listed(target, wanted, { includeVersions: true })).filter((blob) => blob.versionId !== undefined)
  return versions.find((one) => etagOf(one) === wanted.etag) ?? (versions.length === 0 ? 'none' : 'other')
}

const FEW = 100

/** All that a listing tells of one name; longer names come behind it. */
async function listed(
  target: Target,
  { name, signal }: Wanted,
  include: { includeDeleted?: true; includeVersions?: true },
): Promise<BlobItem[]> {
  return request(target, { action: `list what is kept of ${name}`, signal }, async (abortSignal) => {
    const found: BlobItem[] = []
    for await (const page of target.client.listBlobsFlat({ prefix: name, ...include, abortSignal }).byPage({ maxPageSize: FEW })) {
      const { blobItems } = page.segment
      found.push(...blobItems.filter((blob) => blob.name === name))
      if (blobItems.some((blob) => blob.name !== name)) break
    }
    return found
  })
}
