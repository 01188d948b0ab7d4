import { Readable } from 'node:stream'
import type { BlobDownloadResponseParsed } from '@azure/storage-blob'
import { DOCUMENT_BYTES, tooLarge } from '../bounds.js'
import { gather } from '../gather.js'
import type { Blob, BlobContent } from '../ports.js'
import { quoted, toBlob, unquoted } from './blob.js'
import { brokenAnswer, faultOf } from './errors.js'
import { isGoneCode } from './judgement.js'
import { attemptOf, request, type Target } from './target.js'

export function isGone(error: unknown): boolean {
  const { status, code } = faultOf(error)
  return isGoneCode(status, code)
}

/** Reads a whole blob in one download, bound to `ifMatch` if given. What has more than `most` bytes is not read beyond its headers. */
export async function readBlob(
  target: Target,
  options: { name: string; ifMatch?: string; most?: number; signal: AbortSignal },
): Promise<BlobContent> {
  const { name, ifMatch, most = DOCUMENT_BYTES, signal } = options
  const action = `read ${name}`
  return request(target, { action, signal }, async (abortSignal) => {
    try {
      const conditions = ifMatch === undefined ? {} : { ifMatch: quoted(ifMatch) }
      const answer = await target.client.getBlobClient(name).download(0, undefined, { conditions, abortSignal })
      return await contentOf(answer, { name, most }, (problem) => brokenAnswer(attemptOf(target, action), problem))
    } catch (error) {
      if (isGone(error)) return { state: 'gone' }
      if (ifMatch !== undefined && faultOf(error).status === 412) return { state: 'changed' }
      throw error
    }
  })
}

async function contentOf(
  answer: BlobDownloadResponseParsed,
  { name, most }: { name: string; most: number },
  broken: (problem: string) => Error,
): Promise<BlobContent> {
  const { readableStreamBody: body } = answer
  const blob = toBlob(name, answer, undefined)
  if (!blob) throw broken('it has no size, ETag or date')
  if (blob.sizeBytes > most) {
    if (body instanceof Readable) body.on('error', () => undefined).destroy()
    return { state: 'tooLarge', problem: tooLarge(blob.sizeBytes, most) }
  }
  const bytes = await collect(body, blob.sizeBytes)
  if (bytes.length !== blob.sizeBytes) throw broken(`${bytes.length} of ${blob.sizeBytes} bytes came`)
  return { state: 'read', bytes, etag: blob.etag, lastModifiedMs: blob.lastModifiedMs }
}

/** Properties of one blob by HEAD; `null` when it is not there. */
export async function statBlob(target: Target, options: { name: string; signal: AbortSignal }): Promise<Blob | null> {
  const { name, signal } = options
  const action = `look at ${name}`
  return request(target, { action, signal }, async (abortSignal) => {
    try {
      const answer = await target.client.getBlobClient(name).getProperties({ abortSignal })
      const blob = toBlob(name, answer, answer.metadata)
      if (!blob) throw brokenAnswer(attemptOf(target, action), 'it has no size, ETag or date')
      return { ...blob, etag: unquoted(blob.etag) }
    } catch (error) {
      if (isGone(error)) return null
      throw error
    }
  })
}

/** The first `count` bytes of a stream, or fewer where it ends before. */
export async function collect(stream: NodeJS.ReadableStream | undefined, count: number): Promise<Uint8Array> {
  return (await gather(stream ?? Readable.from([]), { most: count, length: count })) ?? new Uint8Array()
}
