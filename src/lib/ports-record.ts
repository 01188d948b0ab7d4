/** Leaves a run's record next to the data, so that it outlives this machine. Writes below `_flinkops/` only. */
export interface RunRecorder {
  record(options: {
    account: string
    container: string
    runId: string
    file: 'plan.json' | 'result.json'
    json: Uint8Array
    signal: AbortSignal
  }): Promise<void>
  /** `null`: nobody recorded such a run here. One of more than `most` bytes is refused (`RUN_UNREADABLE`). */
  recorded(options: {
    account: string
    container: string
    runId: string
    file: 'plan.json' | 'result.json'
    most?: number
    signal: AbortSignal
  }): Promise<Uint8Array | null>
}

/** What undeleting one blob came to. */
export type UndeleteOutcome =
  | { state: 'restored' }
  /** It is there, with other content or never deleted: left alone. */
  | { state: 'there' }
  /** Neither soft-deleted nor an earlier version: it cannot come back. */
  | { state: 'lost' }
  /** The service has no undelete: an emulator, or a kind of account without it. */
  | { state: 'notOffered' }
  | { state: 'failed'; code: string }

/** Brings deleted blobs back, where soft delete or versioning allows. */
export interface Undeleter {
  undelete(options: { account: string; container: string; name: string; signal: AbortSignal }): Promise<UndeleteOutcome>
}
