/** What executing works on and answers; plain data, so that planning and views may know it without knowing how to delete. */

/** One blob to delete; a plain copy of the plan's, so that executing has nothing to decide with. Its key is its `locationKey`. */
export interface Deletion {
  account: string
  container: string
  name: string
  sizeBytes: number
  etag: string
  reason: string
  /** Keys of blobs that must be gone first. */
  after: readonly string[]
}

export interface ExecuteResult {
  deletedBlobs: number
  deletedBytes: number
  /** Blobs that somebody else deleted between plan and delete: Flink, mostly. */
  alreadyGone: number
  /** Blobs that were no longer the version that was planned, and what depended on them: left alone. */
  changed: number
  /** Blobs that were confirmed, and that the plan which was made again right before the first delete does not want: left alone. */
  spared: number
  /** Snapshots (keys of their `_metadata`) that a job was restored from while the run deleted: put back, with how many of their files were gone by then. */
  needed: { path: string; job: string; lostFiles: number }[]
  failed: { path: string; code: string }[]
  /** Deletes that were under way when the run stopped: what became of them is not known. */
  uncertain: number
  /** Set when the run ended before its plan. */
  stopped: boolean
  /** Why it ended early, one sentence; `null` when it did not. */
  problem: string | null
}

export interface ExecuteProgress {
  deletedBlobs: number
  /** Deleted, gone, left alone or failed: nothing more will be done about them. */
  settledBlobs: number
}

/** The result of a run that had nothing to do. */
export const NOTHING_DONE: ExecuteResult = {
  deletedBlobs: 0,
  deletedBytes: 0,
  alreadyGone: 0,
  changed: 0,
  spared: 0,
  needed: [],
  failed: [],
  uncertain: 0,
  stopped: false,
  problem: null,
}
