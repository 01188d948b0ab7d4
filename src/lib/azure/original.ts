import type { BlobDownloadResponseParsed } from '@azure/storage-blob'
import { METADATA_BYTES, tooLarge } from '../bounds.js'
import type { CopyKeeper } from '../ports-copies.js'
import type { ContentHeaders } from '../taken.js'
import { quoted, toBlob, unquoted } from './blob.js'
import { brokenAnswer, faultOf } from './errors.js'
import { collect, isGone } from './read.js'
import { attemptOf, request, type Target } from './target.js'

type Asked<K extends keyof CopyKeeper> = Omit<Parameters<CopyKeeper[K]>[0], 'account' | 'container'>

/** Reads a whole blob with its metadata and content headers: Get Blob. */
export async function readOriginal(target: Target, { name, etag, signal }: Asked<'original'>): ReturnType<CopyKeeper['original']> {
  const action = `read ${name}`
  return request(target, { action, signal }, async (abortSignal) => {
    try {
      const conditions = etag === undefined ? {} : { ifMatch: quoted(etag) }
      const answer = await target.client.getBlobClient(name).download(0, undefined, { conditions, abortSignal })
      return await originalOf(answer, name, (problem) => brokenAnswer(attemptOf(target, action), problem))
    } catch (error) {
      if (isGone(error)) return { state: 'gone' }
      if (etag !== undefined && faultOf(error).status === 412) return { state: 'changed' }
      throw error
    }
  })
}

async function originalOf(answer: BlobDownloadResponseParsed, name: string, broken: (problem: string) => Error) {
  const { metadata = {}, createdOn } = answer
  const blob = toBlob(name, answer, metadata)
  if (!blob) throw broken('it has no size, ETag or date')
  const { etag, lastModifiedMs, sizeBytes } = blob
  if (sizeBytes > METADATA_BYTES) throw broken(tooLarge(sizeBytes, METADATA_BYTES))
  const bytes = await collect(answer.readableStreamBody, sizeBytes)
  if (bytes.length !== sizeBytes) throw broken(`${bytes.length} of ${sizeBytes} bytes came`)
  const original = { name, etag, lastModifiedMs, createdMs: createdOn?.getTime() ?? null, metadata, headers: headersOf(answer) }
  return { state: 'read' as const, original, bytes }
}

function headersOf(answer: BlobDownloadResponseParsed): ContentHeaders {
  const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = answer
  return {
    ...(contentType && { blobContentType: contentType }),
    ...(contentEncoding && { blobContentEncoding: contentEncoding }),
    ...(contentLanguage && { blobContentLanguage: contentLanguage }),
    ...(contentDisposition && { blobContentDisposition: contentDisposition }),
    ...(cacheControl && { blobCacheControl: cacheControl }),
  }
}

/** Writes it as a new blob: Put Blob, never over one that is there. */
export async function writeOriginal(target: Target, { original, bytes, signal }: Asked<'putBack'>): ReturnType<CopyKeeper['putBack']> {
  const { name, metadata, headers } = original
  const action = `put back ${name}`
  return request(target, { action, signal, isWriting: true }, async (abortSignal) => {
    try {
      const blob = target.client.getBlockBlobClient(name)
      const options = { metadata, blobHTTPHeaders: headers, conditions: { ifNoneMatch: '*' }, abortSignal }
      const { etag, lastModified } = await blob.uploadData(bytes, options)
      if (!etag || !lastModified) throw brokenAnswer(attemptOf(target, action), 'it has no ETag or date')
      return { etag: unquoted(etag), lastModifiedMs: lastModified.getTime() }
    } catch (error) {
      const { status, code } = faultOf(error)
      // 409: it is there; 412: it is there and leased.
      if ((status === 409 && code === 'BlobAlreadyExists') || status === 412) return null
      throw error
    }
  })
}
