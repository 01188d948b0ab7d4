import type { BlobPage, LevelPage } from '../ports.js'
import { listPage } from './list-page.js'
import { listPages } from './list-pages.js'
import { SplitListing } from './split-listing.js'
import type { ListTarget } from './target.js'

/** The service's own limit; larger values are clamped. */
export const MAX_PAGE_SIZE = 5000

interface ListOptions {
  prefix?: string
  signal: AbortSignal
  pageSize: number
}

/**
 * Lists all blobs below a prefix. What fills more than one page of full size is split by directories, which are listed side by side:
 * its pages come in no order. What is there all the while is listed, and listed once.
 */
export async function* listBlobs(target: ListTarget, { prefix = '', signal, pageSize }: ListOptions): AsyncGenerator<BlobPage> {
  const request = { prefix, isLevel: false, pageSize, signal }
  const first = await listPage(target, { ...request, marker: undefined })
  // Directories of a hierarchical namespace are entries of flat listings only.
  const isLarge = first.marker !== undefined && pageSize >= MAX_PAGE_SIZE && !first.isHierarchical
  // The first page is let go: its blobs come again with their directories.
  if (isLarge && (yield* new SplitListing(target, request).pages())) return
  yield* listPages(target, request, first)
}

/** Enough to tell what kind of directory it is. */
const LOOK = 200

/** Lists what lies directly below a prefix, and the directories there. */
export async function* listLevel(target: ListTarget, { prefix = '', signal, pageSize }: ListOptions): AsyncGenerator<LevelPage> {
  const request = { prefix, isLevel: true, signal }
  const first = await listPage(target, { ...request, pageSize: Math.min(LOOK, pageSize), marker: undefined })
  yield* listPages(target, { ...request, pageSize }, first)
}
