import { isSnapshotMetadata, parentOf, placeOf } from './layout.js'
import { locationKey } from './location.js'
import type { StoredBlob } from './survey.js'

/** A directory that should hold a snapshot but may have no `_metadata`. */
export interface SnapshotDirectory {
  account: string
  container: string
  name: string
  newestMs: number
  blobs: number
  bytes: number
}

/** A listed blob with the driver's flags. */
export interface ListedBlob extends StoredBlob {
  isDirectory: boolean
  isUploading: boolean
}

/**
 * Folds one listing, blob by blob, into what planning needs. Only referenced, unreferenced-in-known-areas and marker blobs are
 * remembered; everything else is summed, so memory follows the candidates and not the container.
 */
export class Inventory {
  readonly metadata = new Map<string, ListedBlob>()
  readonly stored = new Map<string, StoredBlob>()
  readonly loose: StoredBlob[] = []
  readonly markers: StoredBlob[] = []
  readonly others = new Map<string, { blobs: number; bytes: number }>()
  readonly occupied = new Set<string>()
  /** Referenced blobs (keys) that are still being uploaded, or whose writer died: nothing of them is there yet. */
  readonly uploading = new Set<string>()
  readonly directories = new Map<string, SnapshotDirectory>()
  readonly totals = { blobs: 0, bytes: 0 }
  readonly #references: ReadonlyMap<string, string>

  /** `references`: keys that some snapshot needs, each mapped to the one text that stands for it. */
  constructor(references: ReadonlyMap<string, string>) {
    this.#references = references
  }

  add(blob: ListedBlob): void {
    this.totals.blobs++
    this.totals.bytes += blob.sizeBytes
    const place = placeOf(blob.name)
    const isSnapshotArea = place.area === 'checkpoint' || place.area === 'savepoint'
    if (blob.isDirectory && blob.sizeBytes === 0) {
      this.markers.push(bare(blob))
      if (isSnapshotArea && place.file === '') this.#seeDirectory(blob, place.directory, 0)
      return
    }
    if (isSnapshotArea && !blob.isDirectory) this.#seeDirectory(blob, place.directory, 1)
    const key = locationKey(blob)
    if (isSnapshotMetadata(blob.name)) {
      this.metadata.set(key, blob)
      this.stored.set(key, bare(blob))
    } else if (this.#references.has(key)) this.#addReferenced(blob, this.#references.get(key) ?? key)
    else if (place.area === 'other' || place.area === 'temporary' || blob.isDirectory) this.#addOther(blob)
    else this.loose.push(bare(blob))
  }

  /** Keeps the shared text of the key, and the name as a part of it. */
  #addReferenced(blob: ListedBlob, key: string): void {
    this.stored.set(key, { ...bare(blob), name: key.slice(key.length - blob.name.length) })
    if (blob.isUploading) this.uploading.add(key)
  }

  #seeDirectory(blob: ListedBlob, name: string, count: 0 | 1): void {
    const key = locationKey({ ...blob, name })
    const seen = this.directories.get(key) ?? { account: blob.account, container: blob.container, name, newestMs: 0, blobs: 0, bytes: 0 }
    seen.newestMs = Math.max(seen.newestMs, blob.lastModifiedMs)
    seen.blobs += count
    seen.bytes += blob.sizeBytes
    this.directories.set(key, seen)
  }

  #addOther(blob: ListedBlob): void {
    if (blob.name.startsWith('_flinkops/')) return
    const key = locationKey({ ...blob, name: blob.name.split('/')[0] ?? '' })
    const sum = this.others.get(key) ?? { blobs: 0, bytes: 0 }
    this.others.set(key, { blobs: sum.blobs + 1, bytes: sum.bytes + blob.sizeBytes })
    for (let name = parentOf(blob.name); name !== ''; name = parentOf(name)) {
      const directory = locationKey({ ...blob, name })
      if (this.occupied.has(directory)) return
      this.occupied.add(directory)
    }
  }
}

function bare(blob: ListedBlob): StoredBlob {
  const { account, container, name, sizeBytes, etag, lastModifiedMs } = blob
  return { account, container, name, sizeBytes, etag, lastModifiedMs }
}
