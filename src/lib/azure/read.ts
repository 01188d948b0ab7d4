import type { Blob, BlobContent } from '../ports.js'
import { quoted, toBlob, unquoted } from './blob.js'
import { brokenAnswer, faultOf } from './errors.js'
import { isGoneCode } from './judgement.js'
import { attemptOf, request, type Target } from './target.js'

export function isGone(error: unknown): boolean {
  const { status, code } = faultOf(error)
  return isGoneCode(status, code)
}

/** Reads a whole blob in one download, bound to `ifMatch` if given. */
export async function readBlob(target: Target, options: { name: string; ifMatch?: string; signal: AbortSignal }): Promise<BlobContent> {
  const { name, ifMatch, signal } = options
  const action = `read ${name}`
  return request(target, { action, signal }, async (abortSignal) => {
    try {
      const conditions = ifMatch === undefined ? {} : { ifMatch: quoted(ifMatch) }
      const answer = await target.client.getBlobClient(name).download(0, undefined, { conditions, abortSignal })
      const bytes = await collect(answer.readableStreamBody)
      const blob = toBlob(name, answer, undefined)
      if (!blob) throw brokenAnswer(attemptOf(target, action), 'it has no size, ETag or date')
      if (bytes.length !== blob.sizeBytes) throw brokenAnswer(attemptOf(target, action), `${bytes.length} of ${blob.sizeBytes} bytes came`)
      return { state: 'read', bytes, etag: blob.etag, lastModifiedMs: blob.lastModifiedMs }
    } catch (error) {
      if (isGone(error)) return { state: 'gone' }
      if (ifMatch !== undefined && faultOf(error).status === 412) return { state: 'changed' }
      throw error
    }
  })
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

export async function collect(stream: NodeJS.ReadableStream | undefined): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of stream ?? []) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
