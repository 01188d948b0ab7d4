/** What a job is started from, as far as it may be written down. */
export interface StartedProgram {
  kind: 'script' | 'jar'
  /** Absolute. */
  path: string
  /** Of the file's content, in hex. */
  sha256: string
  entryClass: string | null
  /** `null` = not written down; `[]` = there were none. */
  args: string[] | null
  parallelism: number | null
  /** Values of `--define` that may be written down (`--remember`); `null` for a jar, and where older versions kept one to themselves. */
  defines: Record<string, string> | null
  /** Values that the program has and that are not written down: of a script by name, of a jar all arguments as one. */
  sealed: Sealed[]
  /** Absolute path of `--define-file`, to be read again at the next start. */
  defineFile: string | null
}

/** What stands in the journal for a value. */
export interface Sealed {
  /** `NAME` of `${NAME}`, or words for arguments. */
  name: string
  /** Scheme, salt and digest: it tells whether a value is the same. */
  hash: string
}

export interface StartedJob extends StartedProgram {
  jobId: string
  /** `null` until the cluster has told it. */
  name: string | null
  restoredFrom: string | null
  startedAtMs: number
}

/** Jobs that this tool started, on disk, so that they can be started again by name. Holds values of `--define` and `--arg` only by `--remember`. */
export interface StartJournal {
  /** A later entry of the same job id counts. */
  rememberStart(job: StartedJob): Promise<void>
  /** The latest last. */
  startedJobs(): Promise<StartedJob[]>
}
