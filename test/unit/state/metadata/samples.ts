import type { Channel, Keyed, OperatorHandle, OperatorState, Snapshot, Stream, SubtaskState } from './handles.js'

export const ROOT = 'wasbs://c@a.blob.core.windows.net/0123456789abcdef'
export const UUID = '2e0a4b2c-f64c-6eb9-307e-b9ecccfffc29'
export const OPERATOR = 'cbc357ccb763df2852fee8c4fc7d55f2'

export const FILE = { tag: 2, size: 4711, path: `${ROOT}/shared/${UUID}` } satisfies Stream
export const INLINE = { tag: 1, name: `${ROOT}/chk-7/${UUID}`, bytes: Uint8Array.of(1, 2, 3) } satisfies Stream
export const RELATIVE = { tag: 6, name: UUID, size: 12 } satisfies Stream
export const SEGMENT = {
  tag: 15,
  offset: 2 ** 33,
  size: 77,
  scope: 1,
  path: `${ROOT}/shared/job_a_op_b_1_4/${UUID}`,
  logicalId: UUID,
} satisfies Stream
const EMPTY_SEGMENT = { tag: 16 } satisfies Stream
const GROUPED = { tag: 3, first: 0, offsets: [0, 100], inner: FILE } satisfies Stream
export const STREAMS: Stream[] = [INLINE, FILE, GROUPED, RELATIVE, SEGMENT, EMPTY_SEGMENT]

export function keyGroups(tag: 3 | 7 | 12, stream: Stream = FILE): Keyed {
  return { tag, first: 0, offsets: [0, 50, 100], stream }
}

export function incremental(tag: 5 | 11, streams: { meta?: Stream; shared?: Stream; private?: Stream } = {}): Keyed {
  const { meta = RELATIVE, shared = FILE, private: own = FILE } = streams
  const lists = { shared: [{ name: '000012.sst', stream: shared }], private: [{ name: 'CURRENT', stream: own }] }
  return { tag, backend: UUID, first: 0, groups: 4, meta, ...lists }
}

export function changelogFiles(tag: 10 | 13, stream: Stream = FILE): Keyed {
  return { tag, files: [{ offset: 5, stream }] }
}

export const CHANGELOG_MEMORY: Keyed = {
  tag: 9,
  changes: [
    { group: -1, bytes: Uint8Array.of(1, 2) },
    { group: 3, bytes: Uint8Array.of(9) },
  ],
}

export function changelog(tag: 8 | 14, parts: { materialized?: Keyed[]; increments?: Keyed[]; groups?: number } = {}): Keyed {
  return { tag, groups: 4, materialized: [incremental(11)], increments: [changelogFiles(10)], ...parts }
}

export const KEYED: Keyed[] = [
  { tag: 0 },
  keyGroups(3),
  incremental(5),
  keyGroups(7),
  changelog(8),
  CHANGELOG_MEMORY,
  changelogFiles(10),
  incremental(11),
  keyGroups(12),
  changelogFiles(13),
  changelog(14),
]

export function partitioned(stream: Stream): OperatorHandle {
  return { tag: 4, states: [{ name: 'offsets', mode: 2, offsets: [0, 8] }], stream }
}

export function fileMerged(stream: Stream): OperatorHandle {
  const states = [{ name: 'offsets', mode: 0, offsets: [0] }]
  const dirs = { taskOwned: `${ROOT}/taskowned/job_a_tm_b`, sharedDir: `${ROOT}/shared/job_a_op_b_1_4` }
  return { tag: 17, states, ...dirs, isEmpty: stream.tag === 16, stream }
}

export function channel(tag: number, stream: Stream = FILE): Channel {
  return { tag, offsets: [0, 9], stream }
}

export function subtask(parts: Partial<SubtaskState> = {}): SubtaskState {
  return { managedKeyed: { tag: 0 }, rawKeyed: { tag: 0 }, input: [], output: [], ...parts }
}

export function operator(parts: Partial<OperatorState> = {}): OperatorState {
  const names = { name: '', uid: '', coordinator: { tag: 0 } as const }
  return { id: OPERATOR, ...names, parallelism: 4, maxParallelism: 128, subtasks: [{ index: 0, state: subtask() }], ...parts }
}

export function snapshot(parts: Partial<Snapshot> = {}): Snapshot {
  return { version: 6, checkpointId: 7, masters: [], operators: [], properties: 'checkpoint', ...parts }
}

/** A snapshot whose only operator has one subtask with this state. */
export function withState(state: Partial<SubtaskState>, parts: Partial<Snapshot> = {}): Snapshot {
  return snapshot({ operators: [operator({ subtasks: [{ index: 3, state: subtask(state) }] })], ...parts })
}

/** One of everything that the version can hold. */
export function everything(version: number, parts: Partial<Snapshot> = {}): Snapshot {
  const channels = (plain: number) => STREAMS.map((stream) => channel(plain, stream))
  const merged = (tag: number) => (version === 6 ? [channel(tag, FILE), channel(tag, { tag: 0 })] : [])
  const states = [
    ...KEYED.map((keyed) => subtask({ managedKeyed: keyed, rawKeyed: keyed })),
    ...STREAMS.map((stream) => subtask({ managed: partitioned(stream), raw: partitioned(stream) })),
    subtask({ managed: fileMerged(SEGMENT), raw: fileMerged(EMPTY_SEGMENT) }),
    subtask({ input: [...channels(1), ...merged(3)], output: [...channels(2), ...merged(4)] }),
  ]
  const full = operator({
    name: 'Wörd \u0000 count 😀',
    uid: 'uid-1',
    parallelism: 40,
    coordinator: version === 2 ? { tag: 0 } : INLINE,
    subtasks: [...states.map((state, index) => ({ index, state })), ...(version === 2 ? [] : [{ index: 39 }])],
  })
  const ended = version === 2 ? [] : [operator({ id: '0'.repeat(32), subtasks: 'finished' })]
  const masters = [{ name: 'hook', bytes: Uint8Array.of(4, 5, 6, 7) }]
  return snapshot({ version, operators: [full, ...ended], masters, ...parts })
}
