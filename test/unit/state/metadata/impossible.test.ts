import { expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import { Bytes } from './bytes.js'
import { encodeMetadata } from './encoder.js'
import type { Snapshot, Stream } from './handles.js'
import * as sample from './samples.js'

function problemOf(bytes: Uint8Array) {
  const result = parseMetadata(bytes)
  if (result.ok) throw new Error('the file was accepted')
  return result.problem
}

const keyed = (stream: Stream) => sample.withState({ managedKeyed: sample.keyGroups(3, stream) })
const subtasks = (index: number) => sample.snapshot({ operators: [sample.operator({ subtasks: [{ index, state: sample.subtask() }] })] })

it.each<[string, Snapshot, number]>([
  ['impossible parallelism 129 of at most 128', sample.snapshot({ operators: [sample.operator({ parallelism: 129 })] }), 129],
  ['impossible subtask index 4 at parallelism 4', subtasks(4), 4],
  ['unknown segment scope 2', keyed({ ...sample.SEGMENT, scope: 2 }), 2],
  ['impossible number of key groups -9', sample.withState({ managedKeyed: { ...sample.incremental(11), groups: -9 } as never }), -9],
  ['impossible first key group -9', sample.withState({ managedKeyed: { ...sample.keyGroups(3), first: -9 } as never }), -9],
])('says %s, and the byte where that stands', (words, snapshot, value) => {
  const bytes = encodeMetadata(snapshot)
  const { message, offset } = problemOf(bytes)
  expect(message).toContain(`${words} at byte `)
  expect(new DataView(bytes.buffer).getInt32(offset)).toBe(value)
})

it('says the byte where a master state, the properties, and the state of Flink 1.1 would begin', () => {
  const other = encodeMetadata(sample.snapshot({ version: 3, masters: [{ name: 'a', bytes: new Uint8Array(4) }] }))
  other[20] = 0
  expect(problemOf(other).offset).toBe(20)
  const bare = new Bytes().hex('4960672d').i32(6).i64(1).i32(0).i32(0).hex('00000000').done()
  expect(problemOf(bare)).toMatchObject({ offset: 24, message: 'no checkpoint properties where they must begin at byte 24' })
  const old = encodeMetadata(sample.withState({}, { version: 2 }))
  old[old.length - 11] = 1
  expect(problemOf(old).offset).toBe(old.length - 14)
})

const CHANGELOG = sample.changelog(14, { increments: [sample.CHANGELOG_MEMORY, sample.changelogFiles(13, sample.SEGMENT)] })
const NUMBERS = [
  'boolean',
  'byte count',
  'changelog increment',
  'checkpoint id',
  'coordinator state handle',
  'distribution mode',
  'file size',
  'first key group',
  'input channel state handle',
  'keyed state handle',
  'length of a master state',
  'number of changelog files',
  'number of changelog increments',
  'number of changes',
  'number of channel offsets',
  'number of input channel states',
  'number of key groups',
  'number of master states',
  'number of materialized states',
  'number of offsets',
  'number of operator states',
  'number of operators',
  'number of output channel states',
  'number of private files',
  'number of shared files',
  'number of subtask states',
  'operator state handle',
  'output channel state handle',
  'parallelism',
  'segment position',
  'segment scope',
  'segment size',
  'stream state handle',
  'subtask index',
]
const state = sample.subtask({
  managed: sample.fileMerged(sample.SEGMENT),
  raw: sample.partitioned(sample.INLINE),
  managedKeyed: CHANGELOG,
  rawKeyed: sample.keyGroups(3, sample.RELATIVE),
  input: [sample.channel(1)],
  output: [sample.channel(2)],
})
const operators = [sample.operator({ parallelism: 1, subtasks: [{ index: 0, state }] })]

it('names whatever number of a file is impossible', () => {
  const bytes = encodeMetadata(sample.snapshot({ masters: [{ name: 'a', bytes: Uint8Array.of(1) }], operators }))
  const view = new DataView(bytes.buffer)
  const named = new Set<string>()
  for (const value of [-2, 0x7fffffff]) {
    for (let at = 4; at + 4 <= bytes.length; at++) {
      const before = view.getInt32(at)
      view.setInt32(at, value)
      const result = parseMetadata(bytes)
      view.setInt32(at, before)
      const words = result.ok ? null : /^(?:impossible|unknown) ([a-z ]+?)(?= tag| -?\d)/.exec(result.problem.message)
      if (words?.[1] !== undefined) named.add(words[1])
    }
  }
  expect(named).toEqual(new Set(NUMBERS))
})
