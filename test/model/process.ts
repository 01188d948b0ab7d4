/** One `yield` is a point where somebody else may act. */
export type Steps<Result = void> = Generator<void, Result, void>

/** Something that goes on by itself, and ends when what runs it dies. */
export interface Process {
  label: string
  /** Cluster whose JobManager runs it; `null` = a person. */
  clusterId: string | null
  jobKey: number | null
  steps: Steps
}

/** Thrown inside a checkpoint that its JobManager gave up. */
export class Aborted extends Error {}
