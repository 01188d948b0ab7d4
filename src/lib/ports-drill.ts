/** A restore test as it is written down before anything is started. */
export interface DrillBegun {
  /** Of the job that the test starts, 32 hex, chosen by us. */
  jobId: string
  /** The job that is tested. */
  jobName: string
  script: string
  /** Full URI. */
  snapshot: string
  /** Full URI of the directory that is the test's own. */
  directory: string
  /** URL of the JobManager that it is started on. */
  jobManager: string
  startedAtMs: number
}

/** Begun and not cleared. */
export interface OpenDrill extends DrillBegun {
  /** Whether the process that began it may still be at it. */
  isGoingOn: boolean
}

/**
 * `not-restorable`: the snapshot, or this script with it. `not-drillable`: it could not be told, since with the sinks replaced Flink does not
 * find the operators again. `not-proven`: it came up, and not all of the proof was seen. `failed`: it was not tried to the end.
 */
export type DrillVerdict = 'proven' | 'not-restorable' | 'not-drillable' | 'not-proven' | 'failed'

/** What a restore test saw of its job. */
export interface DrillProof {
  restoredCheckpointId: number
  /** The first checkpoint of its own that was read. */
  checkpointId: number
  checkpointBytes: number | null
  checkpointMs: number | null
  /** Out of the sources, and into the blackholes. */
  recordsRead: number
  recordsWritten: number
}

export interface DrillJudged {
  /** `null`: the snapshot was found wanting before anything was started. */
  jobId: string | null
  jobName: string
  snapshot: string
  verdict: DrillVerdict
  /** Why it is not `proven`, one sentence; `null` when it is. */
  reason: string | null
  proof: DrillProof | null
  /** Operators of the sinks whose state was left out. */
  leftOut: string[]
  /** Operators that hold state and that the snapshot does not know. */
  startedEmpty: string[]
  endedAtMs: number
  durationMs: number
}

/** Restore tests on disk. Never holds a credential. */
export interface DrillJournal {
  /** Synced before the POST, so that whatever comes then the job and its directory can be found again. */
  begun(drill: DrillBegun): Promise<void>
  judged(drill: DrillJudged): Promise<void>
  /** Its job has ended and its directory is empty. */
  cleared(jobId: string, atMs: number): Promise<void>
  /** Oldest first. */
  open(): Promise<OpenDrill[]>
}
