/** What clean-up runs planned and did, on disk, so that a run that was cut off can be told apart and undone. Never holds a credential. */
export interface RunJournal {
  /** Writes the plan, as JSON, whole or not at all, synced, before anything of it is done. */
  planned(runId: string, json: Uint8Array): Promise<void>
  /** Appends what was just done; synced before it returns. Entries given together, or at the same time, share one sync. */
  progress(runId: string, entries: readonly unknown[]): Promise<void>
  /** `null`: no such run. */
  plan(runId: string): Promise<unknown>
  /** In the order of `progress`; a line torn by a crash is left out. */
  entries(runId: string): Promise<unknown[]>
  /** Ids of all runs that have a plan, in the order of their names. */
  runs(): Promise<string[]>
}
