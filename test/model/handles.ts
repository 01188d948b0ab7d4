/** State as a running job holds it in memory: every handle knows where its file truly lies. */

export type StreamHandle =
  | { kind: 'inline'; sizeBytes: number }
  /** `isRelative`: written by a writer of exclusive state, so `_metadata` may name it relative to its own directory. */
  | { kind: 'file'; path: string; sizeBytes: number; isRelative: boolean }
  | { kind: 'segment'; path: string; offset: number; sizeBytes: number; isShared: boolean }

export interface NamedHandle {
  localName: string
  handle: StreamHandle
}

export type KeyedState =
  | { kind: 'incremental'; checkpointId: number; shared: NamedHandle[]; exclusive: NamedHandle[]; meta: StreamHandle }
  | { kind: 'full'; file: StreamHandle }
  | { kind: 'canonical'; file: StreamHandle }
  | { kind: 'changelog'; checkpointId: number; materialized: KeyedState[]; increments: StreamHandle[] }

export interface OperatorState {
  file: StreamHandle
  /** File merging names the two directories that its manager owns. */
  directories: { taskOwned: string; shared: string } | null
}

export interface SubtaskState {
  keyed: KeyedState | null
  operator: OperatorState
  /** Files of unaligned checkpoints. */
  channels: StreamHandle[]
  /** Files that only the operator's own bytes name (`GenericWriteAheadSink`): no handle mentions them. */
  hidden: string[]
}

export function* handlesOf(state: SubtaskState): Generator<StreamHandle> {
  if (state.keyed !== null) yield* keyedHandles(state.keyed)
  yield state.operator.file
  yield* state.channels
}

export function* keyedHandles(keyed: KeyedState): Generator<StreamHandle> {
  switch (keyed.kind) {
    case 'incremental':
      for (const one of [...keyed.shared, ...keyed.exclusive]) yield one.handle
      yield keyed.meta
      return
    case 'full':
    case 'canonical':
      yield keyed.file
      return
    case 'changelog':
      for (const one of keyed.materialized) yield* keyedHandles(one)
      yield* keyed.increments
  }
}

/** What the JobManager registers as shared state: it deletes such a file only when no retained checkpoint uses it. */
export function* sharedPaths(state: SubtaskState): Generator<string> {
  const { keyed } = state
  if (keyed?.kind === 'incremental') for (const { handle } of keyed.shared) yield* pathOf(handle)
  if (keyed?.kind === 'changelog') for (const handle of keyedHandles(keyed)) yield* pathOf(handle)
  for (const handle of handlesOf(state)) if (handle.kind === 'segment') yield handle.path
}

function* pathOf(handle: StreamHandle): Generator<string> {
  if (handle.kind !== 'inline') yield handle.path
}

export function requiredBytes(handle: StreamHandle): number {
  return handle.kind === 'segment' ? handle.offset + handle.sizeBytes : handle.sizeBytes
}
