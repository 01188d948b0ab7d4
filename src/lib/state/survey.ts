import type { BlobSet } from './blob-set.js'
import type { BlobTable } from './blob-table.js'
import type { WrittenTree } from './inventory.js'
import type { Location } from './location.js'
import type { Snapshot } from './snapshot.js'

/** A stored blob as planning sees it. */
export interface StoredBlob {
  account: string
  container: string
  name: string
  sizeBytes: number
  etag: string
  lastModifiedMs: number
}

/** A `_metadata` that could not be used; its references are unknown and could point anywhere. */
export interface Unreadable {
  directory: Location
  etag: string
  problem: string
}

/** What lies in the surveyed containers, joined with what every `_metadata` in them needs. */
export interface Survey {
  /** Roots of the surveyed containers (`name` empty). */
  containers: Location[]
  /** The service's clock when the survey began; ages count against it. */
  serverTimeMs: number
  /** Difference of the local clock to the service's, for the clock guard. */
  clockSkewMs: number
  snapshots: Snapshot[]
  unreadable: Unreadable[]
  /** What was listed of `stored` and `loose`; snapshots name their files by its keys. */
  blobs: BlobTable
  /** Referenced blobs and `_metadata` blobs. */
  stored: BlobSet
  /** Blobs in known areas that no snapshot references. */
  loose: BlobSet
  markers: StoredBlob[]
  /** Everything outside the known layout, summed by top directory; never touched. */
  others: Map<string, { blobs: number; bytes: number }>
  /** Directories (keys) that hold a blob outside the known layout: their markers stay. */
  occupied: Set<string>
  /** Every directory of a job id, with its newest write. */
  trees: WrittenTree[]
  /** Directories in which files of a high-availability store lie. */
  stores: Location[]
  totals: { blobs: number; bytes: number }
  /** The listing after reading showed the same `_metadata` set as the one that was read. */
  isStable: boolean
  /** Every `_metadata` of the last listing: key → ETag. */
  fingerprint: Map<string, string>
}

/** What a snapshot's files add up to, each physical file once. */
export function snapshotBytes(snapshot: Snapshot): number {
  return snapshot.exclusiveBytes + snapshot.sharedBytes + snapshot.metadataBytes
}
