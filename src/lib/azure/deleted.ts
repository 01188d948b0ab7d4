import type { ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob'
import { type Amount, add, nothing } from '../usage/amount.js'
import { MAX_PAGE_SIZE } from './list.js'
import { request, type Target } from './target.js'

/** Sums up soft-deleted blobs, and the soft-deleted snapshots that overwriting leaves (`include=deleted,snapshots`). */
export async function sumDeleted(target: Target, signal: AbortSignal): Promise<Amount> {
  const sum = nothing()
  let marker: string | undefined
  do {
    const page = await request(target, { action: 'list deleted blobs', signal }, (abortSignal) => nextPage(target, marker, abortSignal))
    for (const { deleted, properties } of page?.segment.blobItems ?? [])
      if (deleted === true) add(sum, { blobs: 1, bytes: properties.contentLength ?? 0 })
    marker = page?.continuationToken || undefined
  } while (marker !== undefined)
  return sum
}

async function nextPage(target: Target, marker: string | undefined, abortSignal: AbortSignal) {
  const blobs = target.client.listBlobsFlat({ includeDeleted: true, includeSnapshots: true, abortSignal })
  const pages = blobs.byPage({ maxPageSize: MAX_PAGE_SIZE, ...(marker !== undefined && { continuationToken: marker }) })
  const result: IteratorResult<ContainerListBlobFlatSegmentResponse, unknown> = await pages.next()
  return result.done ? null : result.value
}
