/** What a job is started from, as far as it may be written down. */
export interface StartedProgram {
  kind: 'script' | 'jar'
  /** Absolute. */
  path: string
  /** Of the file's content, in hex. */
  sha256: string
  entryClass: string | null
  /** `null` = not written down, since one looks like a credential. */
  args: string[] | null
  parallelism: number | null
  /** `--define` of a script; `null` as for `args`. */
  defines: Record<string, string> | null
}

export interface StartedJob extends StartedProgram {
  jobId: string
  /** `null` until the cluster has told it. */
  name: string | null
  restoredFrom: string | null
  startedAtMs: number
}

/** Jobs that this tool started, on disk, so that they can be started again by name. Never holds a credential. */
export interface StartJournal {
  /** A later entry of the same job id counts. */
  rememberStart(job: StartedJob): Promise<void>
  /** The latest last. */
  startedJobs(): Promise<StartedJob[]>
}
