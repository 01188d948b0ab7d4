import type { BlobDownloadResponseParsed } from '@azure/storage-blob'
import type { BlobContent } from '../ports.js'
import type { ContentReader } from '../ports-content.js'
import { quoted, unquoted } from './blob.js'
import { brokenAnswer, faultOf } from './errors.js'
import { collect, isGone } from './read.js'
import { attemptOf, request, type Target } from './target.js'

type Part = Omit<Parameters<ContentReader['readRange']>[0], 'account' | 'container'>

/** Reads a part of a blob in one download, bound to `ifMatch` if given. */
export async function readRange(target: Target, { name, offset, count, ifMatch, signal }: Part): Promise<BlobContent> {
  const action = `read ${name}`
  return request(target, { action, signal }, async (abortSignal) => {
    try {
      const conditions = ifMatch === undefined ? {} : { ifMatch: quoted(ifMatch) }
      const answer = await target.client.getBlobClient(name).download(offset, count, { conditions, abortSignal })
      return await contentOf(answer, count, (problem) => brokenAnswer(attemptOf(target, action), problem))
    } catch (error) {
      if (isGone(error)) return { state: 'gone' }
      if (ifMatch !== undefined && faultOf(error).status === 412) return { state: 'changed' }
      throw error
    }
  })
}

async function contentOf(answer: BlobDownloadResponseParsed, count: number, broken: (problem: string) => Error): Promise<BlobContent> {
  const { etag, lastModified } = answer
  const bytes = await collect(answer.readableStreamBody, count)
  if (!etag || !lastModified) throw broken('it has no ETag or date')
  if (bytes.length !== count) throw broken(`${bytes.length} of ${count} bytes came`)
  return { state: 'read', bytes, etag: unquoted(etag), lastModifiedMs: lastModified.getTime() }
}
