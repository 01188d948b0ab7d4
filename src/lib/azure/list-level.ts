import type { ContainerListBlobHierarchySegmentResponse } from '@azure/storage-blob'
import type { Blob } from '../ports.js'
import type { LevelPage } from '../ports-inventory.js'
import { toBlob } from './blob.js'
import { brokenAnswer } from './errors.js'
import { attemptOf, request, type Target } from './target.js'

interface Level {
  prefix: string
  signal: AbortSignal
  pageSize: number
}

/** Lists one directory, without what lies deeper. Whatever could make it incomplete is an error. */
export async function* listLevel(target: Target, level: Level): AsyncGenerator<LevelPage> {
  const action = `list ${level.prefix || 'blobs'}`
  const seen = new Set<string>()
  let marker: string | undefined
  do {
    const page = await request(target, { action, signal: level.signal }, (abortSignal) => nextPage(target, level, marker, abortSignal))
    yield parsePage(target, action, page)
    marker = page?.continuationToken || undefined
    if (marker !== undefined && seen.has(marker)) throw brokenAnswer(attemptOf(target, action), 'it repeats a continuation marker')
    if (marker !== undefined) seen.add(marker)
  } while (marker !== undefined)
}

async function nextPage(target: Target, { prefix, pageSize }: Level, marker: string | undefined, abortSignal: AbortSignal) {
  const listing = target.client.listBlobsByHierarchy('/', { prefix, includeMetadata: true, abortSignal })
  const pages = listing.byPage({ maxPageSize: pageSize, ...(marker === undefined ? {} : { continuationToken: marker }) })
  const result: IteratorResult<ContainerListBlobHierarchySegmentResponse, unknown> = await pages.next()
  return result.done ? null : result.value
}

function parsePage(target: Target, action: string, page: ContainerListBlobHierarchySegmentResponse | null): LevelPage {
  const broken = (problem: string) => brokenAnswer(attemptOf(target, action), problem)
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
  return { blobs, directories: (page.segment.blobPrefixes ?? []).map(({ name }) => name), serverTimeMs }
}
