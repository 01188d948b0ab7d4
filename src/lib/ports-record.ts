/** A file of a run's record; `taken/…` is the copy of a `_metadata` that the run takes, `ages.json` tells how old what was brought back is. */
export type RecordFile = 'plan.json' | 'result.json' | 'ages.json' | `taken/${string}`

interface RecordPlace {
  account: string
  container: string
  runId: string
  file: RecordFile
  signal: AbortSignal
}

/** Leaves a run's record next to the data, so that it outlives this machine. Writes below `_flinkops/` only. */
export interface RunRecorder {
  record(options: RecordPlace & { json: Uint8Array }): Promise<void>
  /** `null`: nobody recorded such a run here. One of more than `most` bytes is refused (`RUN_UNREADABLE`). */
  recorded(options: RecordPlace & { most?: number }): Promise<Uint8Array | null>
  /** Every file of every run's record in a container, with the name that it has there. */
  recordFiles(options: { account: string; container: string; signal: AbortSignal }): Promise<{ runId: string; file: string }[]>
}

/** What undeleting one blob came to. */
export type UndeleteOutcome =
  /** `wasModifiedMs`: its date before it was deleted; `null` = the service did not tell. */
  | { state: 'restored'; etag: string; lastModifiedMs: number; wasModifiedMs: number | null }
  /** A blob is there, never deleted or written since: left alone. */
  | { state: 'there'; etag: string }
  /** What is kept under the name is another version than the one that was asked for: left alone. */
  | { state: 'other' }
  /** Neither soft-deleted nor an earlier version: it cannot come back. */
  | { state: 'lost' }
  /** The service has no undelete: an emulator, or a kind of account without it. */
  | { state: 'notOffered' }
  | { state: 'failed'; code: string }

/** Brings a deleted blob back, as the version that is asked for, where soft delete or versioning allows. */
export interface Undeleter {
  undelete(options: { account: string; container: string; name: string; etag: string; signal: AbortSignal }): Promise<UndeleteOutcome>
}
