import { type Amount, nothing } from './amount.js'

/** What lies in storage of one lineage; each blob counts once, where it lies. */
export interface LineageUsage {
  key: string
  /** What a person calls it. */
  lineage: string
  jobIds: string[]
  /** Complete ones. */
  checkpoints: number
  savepoints: number
  /** With a `_metadata`, and yet not to be restored from. */
  incomplete: number
  /** In the directories of snapshots, `_metadata` included. */
  exclusive: Amount
  /** Elsewhere, and needed by at least one snapshot. */
  shared: Amount
  /** Needed by no snapshot; what a checkpoint under way has written so far is among it. */
  orphaned: Amount
  /** What the newest checkpoint has written, as far as it was asked for. */
  written: Amount & { blocks: number }
}

/** A lineage of which nothing has been seen yet. */
export function emptyLineage(key: string, lineage: string): LineageUsage {
  const amounts = { exclusive: nothing(), shared: nothing(), orphaned: nothing(), written: { ...nothing(), blocks: 0 } }
  return { key, lineage, jobIds: [], checkpoints: 0, savepoints: 0, incomplete: 0, ...amounts }
}

export function bytesOf({ exclusive, shared, orphaned }: LineageUsage): number {
  return exclusive.bytes + shared.bytes + orphaned.bytes
}

export function blobsOf({ exclusive, shared, orphaned }: LineageUsage): number {
  return exclusive.blobs + shared.blobs + orphaned.blobs
}
