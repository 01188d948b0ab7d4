import type { StreamHandle } from '../handles.js'
import type { Steps } from '../process.js'
import { exclusiveFile, upload } from '../upload.js'
import type { KeyedState, SubtaskState, Target } from './backend.js'

/** Operator state, channel state and what a write-ahead sink keeps to itself, around a subtask's keyed state. */
export function* around(target: Target, keyed: KeyedState | null): Steps<SubtaskState> {
  const file = yield* exclusiveFile(target, true)
  const channels: StreamHandle[] = []
  if (target.job.settings.isUnaligned && !target.pending.isSavepoint) channels.push(yield* exclusiveFile(target, true))
  const hidden = target.job.settings.hasWriteAheadSink ? [yield* writeAhead(target)] : []
  return { keyed, operator: { file, directories: null }, channels, hidden }
}

/** `GenericWriteAheadSink`: a file in `taskowned` whose handle lies inside the operator's bytes. */
function* writeAhead(target: Target): Steps<string> {
  const path = `${target.job.tree}/taskowned/${target.world.random.uuid()}`
  yield* upload(target, path, { sizeBytes: target.world.random.int(1, 100) })
  return path
}

/** A canonical savepoint rewrites all keyed state into one file of its own. */
export function* canonical(target: Target): Steps<SubtaskState> {
  return yield* around(target, { kind: 'canonical', file: yield* exclusiveFile(target, false) })
}
