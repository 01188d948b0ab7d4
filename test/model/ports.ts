import type {
  Blob,
  BlobContent,
  BlobPage,
  ContainerReader,
  DeletionProtection,
  Journal,
  JournalOperation,
  LevelPage,
  Sighting,
} from '../../src/lib/ports.js'
import type { BlobVersion, ContainerEraser, DeleteOutcome } from '../../src/lib/ports-erase.js'
import { ACCOUNT } from './paths.js'
import { Told } from './told.js'
import type { World } from './world.js'

/** A request under way: the world goes on meanwhile. */
export type Pause = () => Promise<void>

export interface ReaderSettings {
  pageSize: number
  softDeleteDays: number | null
  /** A planted fault: blobs that are not looked at. */
  hides: (path: string) => boolean
}

export class SimReader implements ContainerReader {
  readonly account = ACCOUNT
  readonly container: string
  readonly #world: World
  readonly #pause: Pause
  readonly #settings: ReaderSettings

  constructor(world: World, container: string, pause: Pause, settings: ReaderSettings) {
    this.#world = world
    this.container = container
    this.#pause = pause
    this.#settings = settings
  }

  /** Page by page, in the order of names; between two pages everything may change. */
  async *list(options: { prefix?: string }): AsyncGenerator<BlobPage> {
    const prefix = `${this.container}/${options.prefix ?? ''}`
    let after = ''
    for (;;) {
      await this.#pause()
      const paths = this.#world.store.page(prefix, after, this.#settings.pageSize)
      const page = {
        blobs: paths.filter((path) => !this.#settings.hides(path)).flatMap((path) => this.#blob(path) ?? []),
        serverTimeMs: this.#world.nowMs,
      }
      await this.#pause()
      yield page
      const last = paths.at(-1)
      if (last === undefined || paths.length < this.#settings.pageSize) return
      after = last
    }
  }

  /** What lies deeper is told by its directory only, once, and the listing goes on behind it. */
  async *level({ prefix }: { prefix: string }): AsyncGenerator<LevelPage> {
    const { pageSize, hides } = this.#settings
    const start = `${this.container}/${prefix}`
    for (let after = ''; ; ) {
      await this.#pause()
      const paths = this.#world.store.page(start, after, pageSize)
      const directoryOf = (path: string) => path.slice(0, path.indexOf('/', start.length) + 1)
      const seen = paths.filter((path) => !hides(path))
      const blobs = seen.filter((path) => directoryOf(path) === '').flatMap((path) => this.#blob(path) ?? [])
      const directories = new Set(seen.map(directoryOf).filter((path) => path !== ''))
      const page = {
        blobs,
        directories: [...directories].map((path) => path.slice(this.container.length + 1)),
        serverTimeMs: this.#world.nowMs,
      }
      await this.#pause()
      yield page
      const last = paths.at(-1)
      if (last === undefined || paths.length < pageSize) return
      const directory = directoryOf(last)
      after = directory === '' ? last : `${directory}\uffff`
    }
  }

  async read(options: { name: string; ifMatch?: string }): Promise<BlobContent> {
    await this.#pause()
    const stored = this.#world.store.get(this.#path(options.name))
    await this.#pause()
    if (stored === undefined) return { state: 'gone' }
    if (options.ifMatch !== undefined && options.ifMatch !== stored.etag) return { state: 'changed' }
    const bytes = stored.bytes ?? new Uint8Array(stored.sizeBytes)
    return { state: 'read', bytes, etag: stored.etag, lastModifiedMs: stored.modifiedMs }
  }

  async stat(options: { name: string }): Promise<Blob | null> {
    await this.#pause()
    return this.#blob(this.#path(options.name))
  }

  exists(): Promise<boolean> {
    return Promise.resolve(true)
  }

  protection(): Promise<DeletionProtection> {
    return Promise.resolve({ softDeleteDays: this.#settings.softDeleteDays })
  }

  #path(name: string): string {
    return `${this.container}/${name}`
  }

  #blob(path: string): Blob | null {
    const stored = this.#world.store.get(path)
    if (stored === undefined) return null
    const { sizeBytes, etag, modifiedMs, createdMs, isDirectory, isUploading } = stored
    const blob = { name: path.slice(this.container.length + 1), sizeBytes, etag, lastModifiedMs: modifiedMs, isDirectory, isUploading }
    // For a tool that looks at it.
    return { ...blob, ...{ createdMs } }
  }
}

export interface EraserSettings {
  /** Told right before a blob goes. */
  beforeDelete: (path: string) => void
  /** A planted fault: deletes whatever lies there. */
  ignoresEtag: boolean
  /** Share of requests that the service is too busy for. */
  busyShare: number
}

export class SimEraser implements ContainerEraser {
  readonly account = ACCOUNT
  readonly container: string
  readonly #world: World
  readonly #pause: Pause
  readonly #settings: EraserSettings

  constructor(world: World, container: string, pause: Pause, settings: EraserSettings) {
    this.#world = world
    this.container = container
    this.#pause = pause
    this.#settings = settings
  }

  /** Sometimes a service without batches. */
  get perRequest(): number {
    return this.#world.random.chance(0.3) ? 1 : this.#world.random.int(2, 12)
  }

  /** A batch is so many deletes, in any order; between two of them everybody else goes on, and once sent it is done to its end. */
  async delete({ blobs }: { blobs: readonly BlobVersion[] }): Promise<DeleteOutcome[]> {
    await this.#pause()
    if (blobs.length > 1 && this.#world.random.chance(this.#settings.busyShare)) return blobs.map(() => ({ state: 'busy' }))
    const outcomes = new Array<DeleteOutcome>(blobs.length)
    for (const at of this.#world.random.shuffle(blobs.keys())) {
      const blob = blobs[at]
      if (blob !== undefined) outcomes[at] = await this.#deleteOne(blob)
    }
    return outcomes
  }

  async #deleteOne(options: BlobVersion): Promise<DeleteOutcome> {
    await this.#pause()
    if (this.#world.random.chance(this.#settings.busyShare)) return { state: 'busy' }
    const path = `${this.container}/${options.name}`
    const stored = this.#world.store.get(path)
    if (stored === undefined) return { state: 'gone' }
    if (stored.etag !== options.etag && !this.#settings.ignoresEtag) return { state: 'changed' }
    this.#settings.beforeDelete(path)
    this.#world.store.delete(path)
    this.#world.trace(() => `CLEAN-UP deletes ${path}`)
    await this.#pause()
    return { state: 'deleted', permanent: false }
  }
}

/** What the tool remembers from run to run. */
export class SimJournal implements Journal {
  readonly #names = new Map<string, string>()
  readonly #restores = new Map<string, string>()
  readonly #sightings: Sighting[] = []
  readonly told = new Told()

  operationStarted(): Promise<void> {
    return Promise.resolve()
  }

  operationEnded(): Promise<void> {
    return Promise.resolve()
  }

  operation(): Promise<JournalOperation | null> {
    return Promise.resolve(null)
  }

  rememberName(jobId: string, name: string): Promise<void> {
    this.#names.set(jobId, name)
    return Promise.resolve()
  }

  names(): Promise<Map<string, string>> {
    return Promise.resolve(new Map(this.#names))
  }

  rememberRestore(jobId: string, path: string): Promise<void> {
    this.#restores.set(jobId, path)
    return Promise.resolve()
  }

  restores(): Promise<Map<string, string>> {
    return Promise.resolve(new Map(this.#restores))
  }

  rememberSightings(seen: Sighting[]): Promise<void> {
    this.#sightings.push(...seen)
    return Promise.resolve()
  }

  sightings(): Promise<Sighting[]> {
    return Promise.resolve([...this.#sightings])
  }
}
