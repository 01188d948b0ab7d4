import type { Blob, BlobPage } from './ports.js'

/** Blobs that lie directly in a directory, and the directories in it (whole prefixes, with a slash at the end). */
export interface LevelPage extends BlobPage {
  directories: string[]
}

export interface LevelReader {
  /** One level below `prefix` ('' = the container's root), live. Throws on any gap, as a listing does. */
  level(place: { account: string; container: string; prefix: string; signal: AbortSignal }): AsyncIterable<LevelPage>
}

/** A run of Azure Blob Inventory: what lay in an account hours ago, as the service wrote it down. */
export interface BlobInventory {
  /** For messages: the manifest as the user named it. */
  readonly source: string
  readonly startedAtMs: number
  readonly completedAtMs: number
  /** Blobs of one container, in no order, some of them perhaps twice; throws when the files are not what the manifest says. */
  blobs(container: { account: string; container: string; signal: AbortSignal }): AsyncIterable<Blob[]>
}
