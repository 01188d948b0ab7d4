import type { BlobPage } from '../ports.js'
import type { LevelPage, LevelReader } from '../ports-inventory.js'
import { isInventoried } from '../state/inventoried.js'
import { mapConcurrently } from './concurrently.js'

export interface ListLiveInput {
  levels: LevelReader
  account: string
  container: string
  signal: AbortSignal
}

const IN_FLIGHT = 16

/**
 * Lists a container live, directory by directory, without what an inventory stands in for: every snapshot, its own files and all that is
 * not Flink's. Markers of directories are left out: whether one is empty cannot be told from here.
 */
export async function* listLive(input: ListLiveInput): AsyncGenerator<BlobPage> {
  let waiting = ['']
  while (waiting.length > 0) {
    const now = waiting.splice(0, IN_FLIGHT)
    const pages = (await mapConcurrently(now, IN_FLIGHT, (prefix) => pagesOf(input, prefix))).flat()
    waiting = pages.flatMap(({ directories }) => directories.filter((directory) => !isInventoried(directory))).concat(waiting)
    for (const { blobs, serverTimeMs } of pages)
      yield { blobs: blobs.filter(({ isDirectory, sizeBytes }) => !isDirectory || sizeBytes > 0), serverTimeMs }
  }
}

async function pagesOf({ levels, account, container, signal }: ListLiveInput, prefix: string): Promise<LevelPage[]> {
  const pages: LevelPage[] = []
  for await (const page of levels.level({ account, container, prefix, signal })) pages.push(page)
  return pages
}
