import type { Blob, BlobContent, BlobPage, ContainerReader } from '../ports.js'
import type { RunRecorder } from '../ports-record.js'
import { isSnapshotMetadata } from '../state/layout.js'
import type { Age } from '../taken.js'
import { type Copy, listCopies, readCopy } from './copies.js'

/**
 * A container in which the `_metadata` that a run has taken and not yet given up is there: its copy stands in for it, with the ETag and the
 * date of the original. What was brought back is as old as it was, by the container's record.
 */
export function withCopies(reader: ContainerReader, recorder: RunRecorder): ContainerReader {
  const find = async (name: string, signal: AbortSignal) => {
    if (!isSnapshotMetadata(name)) return undefined
    const { copies } = await listCopies(recorder, reader, signal)
    return copies.find(({ original }) => original.name === name)
  }
  return {
    account: reader.account,
    container: reader.container,
    list: (options) => (options.prefix ? reader.list(options) : listWithCopies(reader, recorder, options.signal)),
    level: (options) => reader.level(options),
    exists: (options) => reader.exists(options),
    protection: (options) => reader.protection(options),
    async read(options) {
      const content = await reader.read(options)
      // A version that is asked for and not there is a 404 or, by RFC 9110 and Azurite, a failed If-Match.
      const isMissing = content.state === 'gone' || content.state === 'changed'
      const copy = isMissing ? await find(options.name, options.signal) : undefined
      return copy === undefined ? content : ((await contentOf(copy, recorder, options)) ?? content)
    },
    async stat(options) {
      const blob = await reader.stat(options)
      const copy = blob === null ? await find(options.name, options.signal) : undefined
      return copy === undefined ? blob : blobOf(copy)
    },
  }
}

async function contentOf(
  copy: Copy,
  recorder: RunRecorder,
  { ifMatch, signal }: { ifMatch?: string; signal: AbortSignal },
): Promise<BlobContent | null> {
  const { etag, lastModifiedMs } = copy.original
  if (ifMatch !== undefined && ifMatch !== etag) return { state: 'changed' }
  const read = await readCopy(recorder, copy, signal)
  return read === null ? null : { state: 'read', bytes: read.bytes, etag, lastModifiedMs }
}

async function* listWithCopies(reader: ContainerReader, recorder: RunRecorder, signal: AbortSignal): AsyncGenerator<BlobPage> {
  const { copies, ages } = await listCopies(recorder, reader, signal)
  if (copies.length + ages.length === 0) return yield* reader.list({ signal })
  const missing = new Map(copies.map((copy) => [copy.original.name, copy]))
  const old = new Map(ages.map((age) => [`${age.name}#${age.etag}`, age]))
  let serverTimeMs = 0
  for await (const page of reader.list({ signal })) {
    serverTimeMs = page.serverTimeMs
    for (const { name } of page.blobs) missing.delete(name)
    yield { serverTimeMs, blobs: page.blobs.map((blob) => aged(blob, old.get(`${blob.name}#${blob.etag}`))) }
  }
  if (missing.size > 0) yield { serverTimeMs, blobs: [...missing.values()].map(blobOf) }
}

function aged(blob: Blob, age: Age | undefined): Blob {
  return age === undefined ? blob : { ...blob, lastModifiedMs: Math.min(blob.lastModifiedMs, age.was.lastModifiedMs) }
}

function blobOf({ original, sizeBytes }: Copy): Blob {
  const { name, etag, lastModifiedMs } = original
  return { name, etag, lastModifiedMs, sizeBytes, isDirectory: false, isUploading: false }
}
