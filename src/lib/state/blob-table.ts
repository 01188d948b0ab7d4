import { Etags } from './etags.js'
import type { KeyId, KeyTable } from './key-table.js'
import type { Location } from './location.js'
import { ShortColumn } from './short-column.js'
import type { StoredBlob } from './survey.js'

type Facts = Pick<StoredBlob, 'sizeBytes' | 'lastModifiedMs' | 'etag'>

/** What a listing says of blobs, by the number of their key: 16 bytes each instead of an object. */
export class BlobTable {
  readonly keys: KeyTable
  readonly #sizes = new ShortColumn(1)
  /** The service tells whole seconds. */
  readonly #times = new ShortColumn(1000)
  readonly #etags = new Etags()
  /** Location of each directory, its name with a slash at the end. */
  readonly #directories: Location[] = []

  constructor(keys: KeyTable) {
    this.keys = keys
  }

  set(id: KeyId, blob: Facts): void {
    this.#sizes.set(id, blob.sizeBytes)
    this.#times.set(id, blob.lastModifiedMs)
    this.#etags.set(id, blob.etag)
  }

  sizeOf(id: KeyId): number {
    return this.#sizes.get(id)
  }

  lastModifiedOf(id: KeyId): number {
    return this.#times.get(id)
  }

  /** Where a directory of the keys lies. */
  directoryAt(directory: number): Location {
    const { account, container, name } = this.#prefixAt(directory)
    return { account, container, name: name.slice(0, -1) }
  }

  /** The blob of a key, made anew. */
  blobOf(id: KeyId): StoredBlob {
    const { account, container, name } = this.#prefixAt(this.keys.directoryOf(id))
    return {
      account,
      container,
      name: `${name}${this.keys.nameOf(id)}`,
      sizeBytes: this.sizeOf(id),
      etag: this.#etags.get(id),
      lastModifiedMs: this.lastModifiedOf(id),
    }
  }

  #prefixAt(directory: number): Location {
    const known = this.#directories[directory]
    if (known !== undefined) return known
    const [account = '', container = '', ...parts] = this.keys.prefixOf(directory).split('/')
    const location = { account, container, name: parts.join('/') }
    this.#directories[directory] = location
    return location
  }
}
