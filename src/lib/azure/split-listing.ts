import { setMaxListeners } from 'node:events'
import type { BlobPage } from '../ports.js'
import type { ListedPage } from './list-page.js'
import { listPages, type PagesRequest } from './list-pages.js'
import { Pace } from './pace.js'
import { PageBuffer } from './page-buffer.js'
import { groupDirectories } from './prefix-groups.js'
import type { ListTarget } from './target.js'

/** Pages of a level that are held until its directories are known. */
const HELD_PAGES = 2
/** While fewer prefixes than this wait or are listed, they are split further. */
const ENOUGH = 16

/**
 * A listing in pieces: levels of directories are listed first, until there are enough prefixes to list side by side. A blob that is there
 * all the while lies in a directory that is there all the while, so that none is missed.
 */
export class SplitListing {
  readonly #target: ListTarget
  readonly #request: PagesRequest
  readonly #stop = new AbortController()
  readonly #pieces: string[] = []
  readonly #pace = new Pace()
  readonly #buffer = new PageBuffer<BlobPage>()
  #running = 0

  constructor(target: ListTarget, request: PagesRequest) {
    this.#target = target
    const signal = AbortSignal.any([request.signal, this.#stop.signal])
    // Each request under way listens.
    setMaxListeners(0, signal)
    this.#request = { ...request, signal }
  }

  /** Its pages, as they come; answers `false`, without any, when there are no directories to split by. */
  async *pages(): AsyncGenerator<BlobPage, boolean> {
    const level = await this.#level(this.#request.prefix)
    if (level === null || level.directories.length === 0) return false
    try {
      yield* this.#split(level)
      for (this.#pump(); this.#running > 0 || this.#buffer.size > 0; this.#pump()) {
        const page = await this.#buffer.take()
        if (page !== undefined) yield page
      }
    } finally {
      // The consumer may leave early, or a request fail.
      this.#stop.abort(new Error('the listing has ended'))
    }
    return true
  }

  #pump(): void {
    while (this.#running < this.#pace.limit && this.#pieces.length > 0) {
      const prefix = this.#pieces.shift()
      if (prefix === undefined) return
      const isLevel = this.#pieces.length + this.#running < ENOUGH
      this.#running++
      void this.#run(prefix, isLevel)
        .catch((error: unknown) => this.#buffer.fail(error))
        .finally(() => {
          this.#running--
          this.#buffer.wake()
        })
    }
  }

  async #run(prefix: string, isLevel: boolean): Promise<void> {
    const level = isLevel ? await this.#level(prefix) : null
    if (level !== null) for (const page of this.#split(level)) await this.#put(page)
    const rest = level === null ? this.#list(prefix, false) : level.rest
    for await (const page of rest) {
      this.#pieces.push(...page.directories)
      await this.#put(page)
    }
  }

  /** One level, or `null` when it has so many directories that it is better listed as a whole. */
  async #level(prefix: string): Promise<Level | null> {
    const rest = this.#list(prefix, true)
    const level: Level = { pages: [], directories: [], rest }
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      if (next.value.isHierarchical) return null
      level.pages.push(next.value)
      level.directories.push(...next.value.directories)
      if (level.pages.length === HELD_PAGES) return level.directories.length === 0 || next.value.marker === undefined ? level : null
    }
    return level
  }

  /** Takes a level's directories on, and answers the blobs that are not listed with them. */
  #split({ directories, pages }: Level): BlobPage[] {
    const { prefixes, covers } = groupDirectories(directories)
    this.#pieces.push(...prefixes)
    return pages.map(({ blobs, serverTimeMs }) => ({ blobs: blobs.filter(({ name }) => !covers(name)), serverTimeMs }))
  }

  async *#list(prefix: string, isLevel: boolean): AsyncGenerator<ListedPage, void> {
    for await (const page of listPages(this.#target, { ...this.#request, prefix, isLevel })) {
      this.#pace.answered(page)
      this.#pump()
      yield page
    }
  }

  #put({ blobs, serverTimeMs }: BlobPage): Promise<void> {
    return this.#buffer.put({ blobs, serverTimeMs })
  }
}

interface Level {
  pages: ListedPage[]
  directories: string[]
  /** What follows the pages: nothing, or a directory of many files and hardly any directories. */
  rest: AsyncGenerator<ListedPage, void>
}
