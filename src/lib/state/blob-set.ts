import type { BlobTable } from './blob-table.js'
import { Column } from './column.js'
import type { KeyId } from './key-table.js'
import type { StoredBlob } from './survey.js'

/** Some blobs of a table, in the order in which they were listed. */
export class BlobSet implements Iterable<StoredBlob> {
  readonly #table: BlobTable
  readonly #ids = new Column((length) => new Uint32Array(length))
  readonly #members = new Column((length) => new Uint8Array(length))
  readonly #samples: KeyId[] = []
  readonly #sampled = new Set<number>()
  #size = 0

  constructor(table: BlobTable) {
    this.#table = table
  }

  get size(): number {
    return this.#size
  }

  add(id: KeyId): void {
    if (this.has(id)) return
    this.#members.set(id, 1)
    this.#ids.set(this.#size++, id)
    const { keys } = this.#table
    const directory = keys.directoryOf(id)
    if (!keys.isOdd(id) && this.#sampled.has(directory)) return
    if (!keys.isOdd(id)) this.#sampled.add(directory)
    this.#samples.push(id)
  }

  has(id: KeyId): boolean {
    return this.#members.get(id) === 1
  }

  /** The blob of a key, or `undefined` when it is none of these. */
  get(key: string): StoredBlob | undefined {
    const id = this.#table.keys.find(key)
    return id === undefined || !this.has(id) ? undefined : this.#table.blobOf(id)
  }

  *ids(): Generator<KeyId> {
    for (let at = 0; at < this.#size; at++) yield this.#ids.get(at)
  }

  /** One blob for all that lie in the same directory and are named by a UUID, and every other blob: their places are those of all. */
  *samples(): Generator<StoredBlob> {
    for (const id of this.#samples) yield this.#table.blobOf(id)
  }

  *[Symbol.iterator](): Generator<StoredBlob> {
    for (const id of this.ids()) yield this.#table.blobOf(id)
  }
}
