import type { KeyedState, SubtaskState } from '../handles.js'
import type { Pending, SimJob } from '../job.js'
import type { Steps } from '../process.js'
import type { World } from '../world.js'

/** Where a subtask's state goes. */
export interface Target {
  world: World
  job: SimJob
  pending: Pending
}

/** One subtask's state backend, from the side of what it does to storage. */
export interface Backend {
  /** What it writes between checkpoints. */
  background(): Steps
  snapshot(target: Target): Steps<SubtaskState>
  savepoint(target: Target, format: 'CANONICAL' | 'NATIVE'): Steps<SubtaskState>
  /** The JobManager told the subtask that this checkpoint is complete. */
  confirmed(checkpointId: number): void
  /** Starts from a state; `mayReuse` = its files count as already uploaded. */
  restore(state: SubtaskState, mayReuse: boolean): void
  /** Blobs that it may still need although no `_metadata` names them. */
  live(): Iterable<string>
}

export type { KeyedState, SubtaskState }
