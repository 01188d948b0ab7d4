import { BlobSet } from './blob-set.js'
import { BlobTable } from './blob-table.js'
import { isStoreFile } from './high-availability.js'
import type { KeyId, KeyTable } from './key-table.js'
import { checkpointIdOf, isPlainName, isSnapshotMetadata, jobDirectoryOf, type Place, parentOf, placeOf } from './layout.js'
import { type Location, locationKey } from './location.js'
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

/**
 * A directory of a job id (`.../<job id>`), and when a file was last written anywhere in it, or the directory of a checkpoint made: of one that
 * begins nothing else is there. Other markers count for nothing, since deletes renew them.
 */
export interface WrittenTree {
  directory: Location
  jobId: string
  newestWriteMs: number
}

/** A listed blob with the driver's flags. */
export interface ListedBlob extends StoredBlob {
  isDirectory: boolean
  isUploading: boolean
}

type Container = Pick<Location, 'account' | 'container'>
type BareBlob = Omit<ListedBlob, keyof Container>

/** What all blobs have in common that are listed one after another in a directory. */
interface Here extends Container {
  /** Name of the directory with a slash at the end; '' for the container's root. */
  name: string
  /** Number of the directory; absent when no key in the table lies there. */
  directory: number | undefined
  /** Of those with a plain name; of their names it knows one. */
  place: Place
  /** Key of the top directory; `null` in the container's root. */
  top: string | null
  isOccupied: boolean
  /** The job's directory that it lies in, if any. */
  tree: WrittenTree | null
}

const LETTER_C = 99

/**
 * Folds one listing, blob by blob, into what planning needs. Only referenced, unreferenced-in-known-areas and marker blobs are
 * remembered; everything else is summed, so memory follows the candidates and not the container.
 */
export class Inventory {
  readonly metadata = new Map<string, ListedBlob>()
  readonly blobs: BlobTable
  readonly stored: BlobSet
  readonly loose: BlobSet
  readonly markers: StoredBlob[] = []
  readonly others = new Map<string, { blobs: number; bytes: number }>()
  readonly occupied = new Set<string>()
  /** Where files of a high-availability store lie, by key. */
  readonly stores = new Map<string, Location>()
  /** Referenced blobs that are still being uploaded, or whose writer died: nothing of them is there yet. */
  readonly uploading = new Set<KeyId>()
  readonly directories = new Map<string, SnapshotDirectory>()
  readonly totals = { blobs: 0, bytes: 0 }
  readonly #trees = new Map<string, WrittenTree>()
  readonly #isReferenced: (id: KeyId) => boolean
  #here: Here | null = null

  /** `isReferenced`: whether some snapshot needs a key of the table. */
  constructor(keys: KeyTable, isReferenced: (id: KeyId) => boolean) {
    this.blobs = new BlobTable(keys)
    this.stored = new BlobSet(this.blobs)
    this.loose = new BlobSet(this.blobs)
    this.#isReferenced = isReferenced
  }

  /** Every directory of a job id. */
  get trees(): WrittenTree[] {
    return [...this.#trees.values()]
  }

  add(blob: BareBlob, { account, container }: Container): void {
    this.totals.blobs++
    this.totals.bytes += blob.sizeBytes
    const here = this.#enter(blob.name, account, container)
    const place = isPlainName(blob.name.slice(here.name.length)) ? here.place : placeOf(blob.name)
    noteWrite(here.tree, blob)
    if (blob.name.charCodeAt(here.name.length) === LETTER_C && !blob.isDirectory && isStoreFile(blob.name)) this.#seeStore(here)
    const isSnapshotArea = place.area === 'checkpoint' || place.area === 'savepoint'
    if (blob.isDirectory && blob.sizeBytes === 0) {
      this.markers.push(bare(blob, here))
      if (isSnapshotArea && place.file === '') this.#seeDirectory(blob, here, place.directory, 0)
      return
    }
    if (isSnapshotArea && !blob.isDirectory) this.#seeDirectory(blob, here, place.directory, 1)
    if (isSnapshotMetadata(blob.name)) {
      this.metadata.set(locationKey({ account, container, name: blob.name }), { ...blob, account, container })
      this.#store(this.stored, this.#intern(blob.name, here), blob)
    } else this.#addFile(blob, here, place)
  }

  #seeStore({ account, container, name }: Here): void {
    const directory = { account, container, name: name.slice(0, -1) }
    this.stores.set(locationKey(directory), directory)
  }

  #addFile(blob: BareBlob, here: Here, { area }: Place): void {
    const known = here.directory === undefined ? undefined : this.blobs.keys.findIn(here.directory, blob.name, here.name.length)
    if (known !== undefined && this.#isReferenced(known)) {
      this.#store(this.stored, known, blob)
      if (blob.isUploading) this.uploading.add(known)
    } else if (area === 'other' || area === 'temporary' || blob.isDirectory) this.#addOther(blob, here)
    else this.#store(this.loose, known ?? this.#intern(blob.name, here), blob)
  }

  #enter(name: string, account: string, container: string): Here {
    const length = name.lastIndexOf('/') + 1
    const last = this.#here
    if (last?.name.length === length && last.container === container && last.account === account && name.startsWith(last.name)) return last
    const prefix = name.slice(0, length)
    const directory = this.blobs.keys.findDirectory(locationKey({ account, container, name: prefix }))
    const top = prefix === '' ? null : locationKey({ account, container, name: prefix.slice(0, prefix.indexOf('/')) })
    const here = {
      account,
      container,
      name: prefix,
      directory,
      place: placeOf(`${prefix}file`),
      top,
      isOccupied: false,
      tree: this.#treeOf(account, container, prefix),
    }
    this.#here = here
    return here
  }

  #treeOf(account: string, container: string, prefix: string): WrittenTree | null {
    const found = jobDirectoryOf(prefix)
    if (found === null) return null
    const directory = { account, container, name: found.directory }
    const key = locationKey(directory)
    const tree = this.#trees.get(key) ?? { directory, jobId: found.jobId, newestWriteMs: 0 }
    this.#trees.set(key, tree)
    return tree
  }

  #intern(name: string, here: Here): KeyId {
    here.directory ??= this.blobs.keys.directory(locationKey(here))
    return this.blobs.keys.internIn(here.directory, name, here.name.length)
  }

  #store(set: BlobSet, id: KeyId, blob: BareBlob): void {
    this.blobs.set(id, blob)
    set.add(id)
  }

  #seeDirectory({ lastModifiedMs, sizeBytes }: BareBlob, here: Here, name: string, count: 0 | 1): void {
    const { account, container } = here
    const key = locationKey({ account, container, name })
    const seen = this.directories.get(key) ?? { account, container, name, newestMs: 0, blobs: 0, bytes: 0 }
    seen.newestMs = Math.max(seen.newestMs, lastModifiedMs)
    seen.blobs += count
    seen.bytes += sizeBytes
    this.directories.set(key, seen)
  }

  #addOther({ name, sizeBytes }: BareBlob, here: Here): void {
    if (name.startsWith('_flinkops/')) return
    const { account, container } = here
    const key = here.top ?? locationKey({ account, container, name })
    const sum = this.others.get(key) ?? { blobs: 0, bytes: 0 }
    sum.blobs++
    sum.bytes += sizeBytes
    this.others.set(key, sum)
    if (here.isOccupied) return
    here.isOccupied = true
    for (let parent = parentOf(name); parent !== ''; parent = parentOf(parent)) {
      const directory = locationKey({ account, container, name: parent })
      if (this.occupied.has(directory)) return
      this.occupied.add(directory)
    }
  }
}

function bare(blob: BareBlob, { account, container }: Container): StoredBlob {
  const { name, sizeBytes, etag, lastModifiedMs } = blob
  return { account, container, name, sizeBytes, etag, lastModifiedMs }
}

function noteWrite(tree: WrittenTree | null, blob: BareBlob): void {
  if (tree === null || blob.lastModifiedMs <= tree.newestWriteMs) return
  if (!blob.isDirectory || checkpointIdOf(blob.name) !== null) tree.newestWriteMs = blob.lastModifiedMs
}
