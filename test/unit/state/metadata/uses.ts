import type { Reference } from '../../../../src/lib/state/types.js'
import type { Keyed, OperatorHandle, Snapshot, Stream, SubtaskState } from './handles.js'

type Place = Pick<Reference, 'operatorId' | 'subtask'>
type Role = Reference['role']

/** Every use of a stored file in a snapshot, in the order of the file: what the parser has to answer. */
export function usesOf(snapshot: Snapshot): Reference[] {
  return snapshot.operators.flatMap((operator) =>
    operator.subtasks === 'finished'
      ? []
      : operator.subtasks.flatMap(({ index, state }) =>
          state ? usesOfSubtask(state, { operatorId: operator.id, subtask: index }, snapshot.version > 2) : [],
        ),
  )
}

function usesOfSubtask(state: SubtaskState, place: Place, hasChannels: boolean): Reference[] {
  const channels = hasChannels ? [...state.input, ...state.output] : []
  return [
    ...usesOfOperatorHandle(state.managed, place, true),
    ...usesOfOperatorHandle(state.raw, place, false),
    ...usesOfKeyed(state.managedKeyed, place, false),
    ...usesOfKeyed(state.rawKeyed, place, false),
    ...channels.flatMap(({ stream }) => usesOfStream(stream, place, 'channel', false)),
  ]
}

function usesOfOperatorHandle(handle: OperatorHandle | undefined, place: Place, isManaged: boolean): Reference[] {
  if (!handle || handle.tag === 0) return []
  const file = usesOfStream(handle.stream, place, 'operator', false)
  if (handle.tag === 4) return file
  const directory = { ...place, relative: false, kind: 'directory', sizeBytes: null, shared: isManaged, role: 'directory' } as const
  return [{ ...directory, path: handle.taskOwned }, { ...directory, path: handle.sharedDir }, ...file]
}

function usesOfKeyed(keyed: Keyed, place: Place, shared: boolean): Reference[] {
  switch (keyed.tag) {
    case 0:
    case 9:
      return []
    case 3:
    case 7:
    case 12:
      return usesOfStream(keyed.stream, place, 'keyed', shared)
    case 5:
    case 11:
      return [
        ...usesOfStream(keyed.meta, place, 'keyed-meta', shared),
        ...keyed.shared.flatMap(({ stream }) => usesOfStream(stream, place, 'shared', true)),
        ...keyed.private.flatMap(({ stream }) => usesOfStream(stream, place, 'private', shared)),
      ]
    case 8:
    case 14:
      return [...keyed.materialized, ...keyed.increments].flatMap((inner) => usesOfKeyed(inner, place, true))
    case 10:
    case 13:
      return keyed.files.flatMap(({ stream }) => usesOfStream(stream, place, 'changelog', true))
  }
}

function usesOfStream(stream: Stream, place: Place, role: Role, shared: boolean): Reference[] {
  const base = { ...place, role, shared }
  switch (stream.tag) {
    case 2:
      return [{ ...base, kind: 'file', path: stream.path, relative: false, sizeBytes: known(stream.size) }]
    case 3:
      return usesOfStream(stream.inner, place, role, shared)
    case 6:
      return [{ ...base, kind: 'file', path: stream.name, relative: true, sizeBytes: known(stream.size) }]
    case 15: {
      const size = known(stream.size)
      const extent = { offset: Number(stream.offset), ...(size === null ? {} : { length: size }) }
      return [{ ...base, kind: 'segment', path: stream.path, relative: false, sizeBytes: size, ...extent }]
    }
    default:
      return []
  }
}

function known(size: number | bigint): number | null {
  return Number(size) === -1 ? null : Number(size)
}
