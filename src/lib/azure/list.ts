import type { ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob'
import type { Blob, BlobPage } from '../ports.js'
import { toBlob } from './blob.js'
import { brokenAnswer } from './errors.js'
import { attemptOf, request, type Target } from './target.js'

/** The service's own limit; larger values are clamped. */
export const MAX_PAGE_SIZE = 5000

/**
 * Lists page by page until there is no continuation marker: a page may be short or empty and still have one. Whatever could make the
 * listing incomplete is an error, because what is not listed is taken for not there.
 */
export async function* listBlobs(
  target: Target,
  options: { prefix?: string; signal: AbortSignal; pageSize: number },
): AsyncGenerator<BlobPage> {
  const { prefix = '', signal, pageSize } = options
  const action = prefix === '' ? 'list blobs' : `list ${prefix}`
  const seen = new Set<string>()
  let marker: string | undefined
  do {
    const page = await request(target, { action, signal }, (abortSignal) => nextPage(target, { prefix, pageSize, marker, abortSignal }))
    yield parsePage(target, action, page)
    marker = page?.continuationToken || undefined
    if (marker !== undefined && seen.has(marker)) throw brokenAnswer(attemptOf(target, action), 'it repeats a continuation marker')
    if (marker !== undefined) seen.add(marker)
  } while (marker !== undefined)
}

async function nextPage(
  target: Target,
  page: { prefix: string; pageSize: number; marker: string | undefined; abortSignal: AbortSignal },
): Promise<ContainerListBlobFlatSegmentResponse | null> {
  const { prefix, pageSize, marker, abortSignal } = page
  const blobs = target.client.listBlobsFlat({ prefix, includeMetadata: true, abortSignal })
  const pages = blobs.byPage({ maxPageSize: pageSize, ...(marker === undefined ? {} : { continuationToken: marker }) })
  const result: IteratorResult<ContainerListBlobFlatSegmentResponse, unknown> = await pages.next()
  return result.done ? null : result.value
}

function parsePage(target: Target, action: string, page: ContainerListBlobFlatSegmentResponse | null): BlobPage {
  const broken = (problem: string) => brokenAnswer(attemptOf(target, action), problem)
  // A proxy's own page, sent with 200, would otherwise pass for an empty container.
  const { containerName }: { containerName?: string } = page ?? {}
  if (!page || containerName === undefined) throw broken('it is not a listing')
  const serverTimeMs = page.date?.getTime() ?? Number.NaN
  if (Number.isNaN(serverTimeMs)) throw broken('it has no date')
  const blobs: Blob[] = []
  for (const item of page.segment.blobItems) {
    const blob = toBlob(item.name, item.properties, item.metadata)
    if (!blob) throw broken('an entry has no name, size, ETag or date')
    blobs.push(blob)
  }
  return { blobs, serverTimeMs }
}
