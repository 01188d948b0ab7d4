import type { Steps } from '../process.js'
import { exclusiveFile } from '../upload.js'
import type { Backend, SubtaskState, Target } from './backend.js'
import { around, canonical } from './common.js'

/** HashMap: every checkpoint is whole and lies in its own directory. */
export class FullBackend implements Backend {
  *background(): Steps {
    yield
  }

  *snapshot(target: Target): Steps<SubtaskState> {
    return yield* around(target, { kind: 'full', file: yield* exclusiveFile(target, true) })
  }

  *savepoint(target: Target, format: 'CANONICAL' | 'NATIVE'): Steps<SubtaskState> {
    if (format === 'CANONICAL') return yield* canonical(target)
    return yield* this.snapshot(target)
  }

  confirmed(): void {
    // Nothing outlives a checkpoint here.
  }

  restore(): void {
    // State is in memory; its files are not used again.
  }

  live(): Iterable<string> {
    return []
  }
}
