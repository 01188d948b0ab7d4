/** What lies under one path (`<container>/<blob name>`). */
export interface Stored {
  /** Only `_metadata` has content that anybody reads. */
  bytes: Uint8Array | null
  sizeBytes: number
  etag: string
  modifiedMs: number
  createdMs: number
  isDirectory: boolean
  isUploading: boolean
}

export interface Clock {
  nowMs: number
}

export type Undeleted = 'restored' | 'there' | 'lost'

const NOTHING = new Uint8Array(0)

/** An object store: names in order, every write a new ETag, times by its own clock. */
export class ObjectStore {
  readonly #clock: Clock
  readonly #blobs = new Map<string, Stored>()
  #writes = 0
  /** What soft delete keeps; `null`: it is off. */
  #deleted: Map<string, Stored> | null = null
  /** All paths, sorted. */
  readonly #order: string[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(path: string): Stored | undefined {
    return this.#blobs.get(path)
  }

  has(path: string): boolean {
    return this.#blobs.has(path)
  }

  /** The zero-length blob that wasb puts at the final name before any data is there. */
  link(path: string): void {
    this.#write(path, { bytes: NOTHING, sizeBytes: 0, isDirectory: false, isUploading: true })
  }

  put(path: string, content: { bytes: Uint8Array } | { sizeBytes: number }): void {
    const body =
      'bytes' in content ? { bytes: content.bytes, sizeBytes: content.bytes.length } : { bytes: null, sizeBytes: content.sizeBytes }
    this.#write(path, { ...body, isDirectory: false, isUploading: false })
  }

  mkdir(path: string): void {
    if (!this.#blobs.has(path)) this.#write(path, { bytes: NOTHING, sizeBytes: 0, isDirectory: true, isUploading: false })
  }

  delete(path: string): boolean {
    const stored = this.#blobs.get(path)
    if (stored !== undefined) this.#deleted?.set(path, stored)
    const existed = this.#blobs.delete(path)
    if (existed) this.#order.splice(firstAfter(this.#order, path) - 1, 1)
    return existed
  }

  keepDeleted(): void {
    this.#deleted = new Map()
  }

  get keepsDeleted(): boolean {
    return this.#deleted !== null
  }

  /** What soft delete keeps under a name. */
  kept(path: string): Stored | undefined {
    return this.#deleted?.get(path)
  }

  /** Undelete keeps ETag and dates; with versioning an old version is copied over the name, which is a new write. */
  undelete(path: string, hasVersions: boolean): Undeleted {
    if (this.#blobs.has(path)) return 'there'
    const kept = this.#deleted?.get(path)
    if (kept === undefined) return 'lost'
    this.#deleted?.delete(path)
    this.#insert(path)
    const dates = { modifiedMs: this.#clock.nowMs, createdMs: this.#clock.nowMs, etag: this.#nextEtag() }
    this.#blobs.set(path, hasVersions ? { ...kept, ...dates } : kept)
    return 'restored'
  }

  /** A metadata or tag update, or a copy of the blob over itself: the same content with a new version and date. */
  touch(path: string, isCopy: boolean): void {
    const stored = this.#blobs.get(path)
    if (stored === undefined) return
    const createdMs = isCopy ? this.#clock.nowMs : stored.createdMs
    this.#blobs.set(path, { ...stored, etag: this.#nextEtag(), modifiedMs: this.#clock.nowMs, createdMs })
  }

  /** At most `limit` paths below `prefix`, after `after`, in the order of their names. */
  page(prefix: string, after: string, limit: number): string[] {
    const order = this.#order
    const found: string[] = []
    for (let at = firstAfter(order, after < prefix ? prefix : after); at < order.length && found.length < limit; at++) {
      const path = order[at]
      if (path === undefined || !path.startsWith(prefix)) break
      found.push(path)
    }
    return found
  }

  below(directory: string): string[] {
    return this.page(`${directory}/`, '', Number.POSITIVE_INFINITY)
  }

  #write(path: string, content: Omit<Stored, 'etag' | 'modifiedMs' | 'createdMs'>): void {
    const createdMs = this.#blobs.get(path)?.createdMs ?? this.#clock.nowMs
    this.#insert(path)
    this.#blobs.set(path, { ...content, etag: this.#nextEtag(), modifiedMs: this.#clock.nowMs, createdMs })
  }

  #insert(path: string): void {
    if (!this.#blobs.has(path)) this.#order.splice(firstAfter(this.#order, path), 0, path)
  }

  #nextEtag(): string {
    return `0x${(++this.#writes).toString(16).toUpperCase()}`
  }
}

function firstAfter(order: string[], after: string): number {
  let [low, high] = [0, order.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((order[middle] ?? '') > after) high = middle
    else low = middle + 1
  }
  return low
}
