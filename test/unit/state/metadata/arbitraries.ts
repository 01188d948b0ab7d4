import fc, { type Arbitrary } from 'fast-check'
import type { Channel, Keyed, OperatorHandle, OperatorState, Snapshot, Stream, SubtaskState } from './handles.js'
import { ROOT } from './samples.js'

const few = <T>(item: Arbitrary<T>) => fc.array(item, { maxLength: 3 })
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 6 }))
const path = fc.oneof(
  fc.uuid().map((name) => `${ROOT}/shared/${name}`),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
)
const size = fc.oneof(fc.constant(-1), fc.nat(), fc.maxSafeNat())
const bytes = fc.uint8Array({ maxLength: 9 })
const first = fc.nat({ max: 127 })
const offsets = few(fc.maxSafeNat())
const tagged = <T extends number, S extends object>(tags: T[], shape: { [K in keyof S]: Arbitrary<S[K]> }) =>
  fc.record<{ tag: T } & S>({ tag: fc.constantFrom(...tags), ...shape } as never)

const EMPTY = fc.constant({ tag: 0 } as const)
const segment: Arbitrary<Stream> = fc.oneof(
  tagged([15], { offset: fc.maxSafeNat(), size, scope: fc.constantFrom(0, 1), path, logicalId: text }),
  fc.constant({ tag: 16 } as const),
)

const { stream } = fc.letrec<{ stream: Stream }>((tie) => ({
  stream: fc.oneof(
    { maxDepth: 3 },
    tagged([1], { name: text, bytes }),
    tagged([2], { size, path }),
    tagged([6], { name: fc.uuid(), size }),
    segment,
    tagged([3], { first, offsets, inner: tie('stream') }),
  ),
}))

const nullable: Arbitrary<Stream> = fc.oneof(stream, EMPTY)
const locals = few(fc.record({ name: text, stream }))
const increment: Arbitrary<Keyed> = fc.oneof(
  tagged([9], { changes: few(fc.record({ group: fc.integer({ min: -1, max: 9 }), bytes })) }),
  tagged([10, 13], { files: few(fc.record({ offset: fc.maxSafeNat(), stream: nullable })) }),
)

const { keyed } = fc.letrec<{ keyed: Keyed }>((tie) => ({
  keyed: fc.oneof(
    { maxDepth: 3 },
    EMPTY,
    tagged([3, 7, 12], { first, offsets, stream }),
    tagged([5, 11], { backend: text, first, groups: first, meta: nullable, shared: locals, private: locals }),
    increment,
    tagged([8, 14], { groups: fc.integer({ min: 1, max: 128 }), materialized: few(tie('keyed')), increments: few(increment) }),
  ),
}))

const states = few(fc.record({ name: text, mode: fc.nat({ max: 2 }), offsets }))
const operatorHandle: Arbitrary<OperatorHandle> = fc.oneof(
  EMPTY,
  tagged([4], { states, stream }),
  tagged([17], { states, taskOwned: path, sharedDir: path, isEmpty: fc.boolean(), stream: segment }),
)

const channels = (plain: number, merged: number, version: number): Arbitrary<Channel[]> =>
  few(
    fc.oneof(
      fc.record({ tag: fc.constant(plain), offsets, stream }),
      fc.record({ tag: fc.constant(version === 6 ? merged : plain), offsets, stream }),
    ),
  )

const subtask = (version: number): Arbitrary<SubtaskState> =>
  fc.record(
    {
      managed: operatorHandle,
      raw: operatorHandle,
      managedKeyed: keyed,
      rawKeyed: keyed,
      input: channels(1, 3, version),
      output: channels(2, 4, version),
    },
    { requiredKeys: ['managedKeyed', 'rawKeyed', 'input', 'output'] },
  )

const operator = (version: number): Arbitrary<OperatorState> => {
  const index = fc.nat({ max: 7 })
  const state = fc.record({ index, state: subtask(version) })
  const present = few(version === 2 ? state : fc.oneof(state, fc.record({ index })))
  const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'))
  const shape = { id, name: text, uid: text, parallelism: fc.constant(8), maxParallelism: fc.constant(128) }
  const coordinator: Arbitrary<Stream> = version === 2 ? EMPTY : fc.oneof(EMPTY, tagged([1], { name: text, bytes }))
  const alive = fc.record({ ...shape, coordinator, subtasks: present })
  return version === 2
    ? alive
    : fc.oneof({ weight: 5, arbitrary: alive }, fc.record({ ...shape, coordinator: EMPTY, subtasks: fc.constant('finished' as const) }))
}

/** Any snapshot that some Flink of format version 2 to 6 could write, and some that it could not but would read. */
export const arbitrarySnapshot: Arbitrary<Snapshot> = fc.integer({ min: 2, max: 6 }).chain((version) =>
  fc.record({
    version: fc.constant(version),
    checkpointId: fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })),
    masters: few(fc.record({ name: text, bytes })),
    operators: few(operator(version)),
    properties: fc.constantFrom('null', 'checkpoint', 'CANONICAL', 'NATIVE'),
  }),
)
