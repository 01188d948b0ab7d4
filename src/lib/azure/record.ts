import { refusedError } from '../errors.js'
import { READABLE_BYTES } from '../large-json.js'
import type { ManifestCopies } from '../ports-maintenance.js'
import type { RunRecorder } from '../ports-record.js'
import type { SeenAppender } from '../ports-seen.js'
import { readBlob } from './read.js'
import { request, type Target } from './target.js'

type Place = Pick<Parameters<RunRecorder['record']>[0], 'runId' | 'file' | 'signal'>
type Copy = Pick<Parameters<ManifestCopies['copyManifest']>[0], 'id' | 'text' | 'signal'>

/** Writes a record of a run into the container, below `_flinkops/runs/`: Put Blob, and above 256 MB Put Block. */
export async function writeRecord(target: Target, place: Place & { json: Uint8Array }): Promise<void> {
  await writeJson(target, nameOf(place), place)
}

/** Writes a manifest into the container: Put Blob below `_flinkops/maintenance/`. */
export async function writeManifestCopy(target: Target, copy: Copy): Promise<void> {
  await writeJson(target, `_flinkops/maintenance/${copy.id}.json`, { json: Buffer.from(copy.text), signal: copy.signal })
}

type Seen = Omit<Parameters<SeenAppender['appendSeen']>[0], 'account' | 'container'>

/** Put Blob of an append blob unless it is there, then Append Block with a bound: the service orders what several machines append. */
export async function appendSeen(target: Target, { name, text, most, signal }: Seen): Promise<boolean> {
  const blob = target.client.getAppendBlobClient(name)
  const bytes = Buffer.from(text)
  return request(target, { action: `write ${name}`, signal, isWriting: true }, async (abortSignal) => {
    await blob.createIfNotExists({ blobHTTPHeaders: { blobContentType: 'application/x-ndjson' }, abortSignal })
    const { contentLength = most } = await blob.getProperties({ abortSignal })
    if (contentLength + bytes.length > most) return false
    await blob.appendBlock(bytes, bytes.length, { abortSignal })
    return true
  })
}

async function writeJson(target: Target, name: string, { json, signal }: { json: Uint8Array; signal: AbortSignal }): Promise<void> {
  const blob = target.client.getBlockBlobClient(name)
  const blobHTTPHeaders = { blobContentType: 'application/json' }
  await request(target, { action: `write ${name}`, signal, isWriting: true }, async (abortSignal) => {
    await blob.uploadData(json, { blobHTTPHeaders, abortSignal })
  })
}

export async function readRecord(target: Target, place: Place & { most?: number }): Promise<Uint8Array | null> {
  const content = await readBlob(target, { name: nameOf(place), most: place.most ?? READABLE_BYTES, signal: place.signal })
  if (content.state === 'tooLarge')
    throw refusedError('RUN_UNREADABLE', `The plan of run ${place.runId} is not read: ${content.problem}.`, 'Plan again: flinkops cleanup')
  return content.state === 'read' ? content.bytes : null
}

function nameOf({ runId, file }: Place): string {
  return `_flinkops/runs/${runId}/${file}`
}
