import { describe, expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import type { Metadata } from '../../../../src/lib/state/types.js'
import { Bytes } from './bytes.js'
import { encodeMetadata } from './encoder.js'
import type { Snapshot, Stream } from './handles.js'
import * as sample from './samples.js'
import { usesOf } from './uses.js'

function parse(snapshot: Snapshot): Metadata {
  const result = parseMetadata(encodeMetadata(snapshot))
  if (!result.ok) throw new Error(result.problem.message)
  return result.metadata
}

function problemOf(snapshot: Snapshot | Uint8Array) {
  const result = parseMetadata(snapshot instanceof Uint8Array ? snapshot : encodeMetadata(snapshot))
  if (result.ok) throw new Error('the file was accepted')
  return result.problem
}

const header = (version: number) => new Bytes().hex('4960672d').i32(version)

describe('parseMetadata on whole files', () => {
  it.each([2, 3, 4, 5, 6])('finds every use of a file in a version %i file that holds one of everything', (version) => {
    const snapshot = sample.everything(version)
    const metadata = parse(snapshot)
    expect(metadata.references).toEqual(usesOf(snapshot))
    expect(metadata.references.length).toBeGreaterThan(30)
    expect(metadata.formatVersion).toBe(version)
    expect(metadata.checkpointId).toBe(7n)
    expect(metadata.features).toEqual({ changelog: true, fileMerging: true, incrementalKeyed: true })
  })

  it.each([
    ['1.11', sample.withState({ input: [sample.channel(1)], output: [sample.channel(2)] })],
    ['1.14', sample.withState({ managedKeyed: sample.changelog(8), rawKeyed: sample.CHANGELOG_MEMORY })],
    ['1.14', sample.withState({ managedKeyed: sample.changelogFiles(10), input: [sample.channel(1)] })],
  ] as const)('recognises version 3 as Flink %s wrote it', (dialect, snapshot) => {
    const old = { ...snapshot, version: 3, dialect }
    expect(parse(old).references).toEqual(usesOf(old))
    expect(usesOf(old).length).toBeGreaterThan(1)
  })

  it('reads the smallest files there can be', () => {
    const version3 = header(3).i64(1).i32(0).i32(0).done()
    const version6 = header(6).i64(1).i32(0).i32(0).hex('aced000570').done()
    for (const bytes of [version3, version6]) {
      expect(parseMetadata(bytes)).toMatchObject({
        ok: true,
        metadata: { checkpointId: 1n, operators: [], references: [], snapshotType: null },
      })
    }
  })

  it.each([
    ['null', null, null],
    ['checkpoint', 'checkpoint', null],
    ['CANONICAL', 'savepoint', 'CANONICAL'],
    ['NATIVE', 'savepoint', 'NATIVE'],
  ] as const)('tells what kind of snapshot it is from properties %s', (properties, snapshotType, savepointFormat) => {
    expect(parse(sample.snapshot({ properties }))).toMatchObject({ snapshotType, savepointFormat })
  })

  it('describes operators, finished operators and finished subtasks', () => {
    const state = sample.subtask()
    const partly = sample.operator({
      name: 'map',
      uid: 'u',
      subtasks: [{ index: 0 }, { index: 2, state }, { index: 3 }, { index: 1, state }],
    })
    const ended = sample.operator({ id: 'ff'.repeat(16), subtasks: 'finished' })
    const shape = { parallelism: 4, maxParallelism: 128 }
    expect(parse(sample.snapshot({ operators: [partly, ended] })).operators).toEqual([
      { ...shape, operatorId: sample.OPERATOR, name: 'map', uid: 'u', subtasks: 4, finished: false, finishedSubtasks: [0, 3] },
      { ...shape, operatorId: 'ff'.repeat(16), name: null, uid: null, subtasks: 0, finished: true, finishedSubtasks: [] },
    ])
  })

  it('counts the bytes of coordinator, master, keyed and in-memory changelog state that lie in the file', () => {
    const inline = { managedKeyed: sample.keyGroups(3, sample.INLINE), rawKeyed: sample.CHANGELOG_MEMORY }
    const operator = sample.operator({ coordinator: sample.INLINE, subtasks: [{ index: 0, state: sample.subtask(inline) }] })
    const masters = [{ name: 'hook', bytes: new Uint8Array(100) }]
    expect(parse(sample.snapshot({ operators: [operator], masters })).inlineBytes).toBe(3 + 100 + 3 + 3)
  })

  it('keeps the files of both entries when a subtask index comes twice, of which Flink forgets the first', () => {
    const states = [sample.FILE, sample.RELATIVE].map((stream) => sample.subtask({ managedKeyed: sample.keyGroups(3, stream) }))
    const subtasks = states.map((state) => ({ index: 1, state }))
    const metadata = parse(sample.snapshot({ operators: [sample.operator({ subtasks })] }))
    expect(metadata.references).toHaveLength(2)
    expect(metadata.operators[0]?.subtasks).toBe(1)
  })

  it('reads a size of -1 as unknown', () => {
    const streams = { shared: { tag: 2, size: -1, path: 'file:/a' }, private: { ...sample.SEGMENT, size: -1 } } as const
    const [, file, segment] = parse(sample.withState({ managedKeyed: sample.incremental(11, streams) })).references
    expect(file?.sizeBytes).toBeNull()
    expect(segment).toEqual(expect.not.objectContaining({ length: expect.anything() }))
    expect(segment?.sizeBytes).toBeNull()
  })

  it('is not misled by where its bytes lie in a larger buffer', () => {
    const bytes = encodeMetadata(sample.everything(6))
    const larger = new Uint8Array(bytes.length + 20).fill(0xff)
    larger.set(bytes, 10)
    expect(parseMetadata(larger.subarray(10, 10 + bytes.length))).toEqual(parseMetadata(bytes))
  })
})

describe('parseMetadata on what is no readable _metadata', () => {
  it('says that an empty file is empty', () => {
    expect(problemOf(new Uint8Array())).toMatchObject({ kind: 'empty', offset: 0 })
  })

  it.each([[[0x49, 0x60]], [[0x50, 0x4b, 3, 4, 0, 0, 0, 6]]])('says that a file beginning %j is not _metadata', (bytes) => {
    expect(problemOf(Uint8Array.from(bytes)).kind).toBe('notMetadata')
  })

  it.each([1, 0, 7, -1])('refuses format version %i', (version) => {
    const problem = problemOf(header(version).i64(1).i32(0).i32(0).hex('aced000570').done())
    expect(problem).toMatchObject({ kind: 'unsupportedVersion', offset: 4 })
    expect(problem.message).toContain(`format version ${version} `)
  })

  it('names the tag, the byte, the operator and the subtask', () => {
    const snapshot = sample.withState({
      managedKeyed: { tag: 42 as 0 },
      managed: sample.partitioned({ ...sample.INLINE, bytes: new Uint8Array(2000) }),
    })
    const offset = encodeMetadata(snapshot).lastIndexOf(42)
    expect(offset).toBeGreaterThan(2000)
    expect(problemOf(snapshot)).toEqual({
      kind: 'corrupt',
      message: `unknown keyed state handle tag 42 at byte 2,${String(offset).slice(1)} (operator ${sample.OPERATOR}, subtask 3)`,
      offset,
    })
  })

  it.each([`nested/${sample.UUID}`, `../${sample.UUID}`, '..', `/${sample.UUID}`, 'state', `${sample.UUID}x`])(
    'shows the relative path %j and calls it odd',
    (name) => {
      const snapshot = sample.withState({ managedKeyed: sample.keyGroups(3, { tag: 6, name, size: 1 }) })
      const { references, oddities } = parse(snapshot)
      expect(references).toMatchObject([{ path: name, relative: true, sizeBytes: 1 }])
      const at = String(Buffer.from(encodeMetadata(snapshot)).lastIndexOf(name) - 2)
      expect(oddities).toEqual([`relative path ${JSON.stringify(name)}, which is not a plain file name of Flink's, at byte ${at}`])
    },
  )

  it('refuses an empty relative path, of which Flink makes no path either', () => {
    const problem = problemOf(sample.withState({ managedKeyed: sample.keyGroups(3, { tag: 6, name: '', size: 1 }) }))
    expect(problem.message).toContain('empty path')
  })

  it.each([2n ** 53n, 2n ** 63n - 1n])('shows a file and a segment of %s bytes, rounded, and calls each odd', (size) => {
    const streams = { shared: { tag: 2, size, path: 'file:/a' }, private: { ...sample.SEGMENT, offset: size, size } } as const
    const { references, oddities } = parse(sample.withState({ managedKeyed: sample.incremental(11, streams) }))
    const rounded = Number(size)
    expect(references.slice(1)).toMatchObject([{ sizeBytes: rounded }, { offset: rounded, length: rounded }])
    expect(oddities.map((oddity) => oddity.slice(0, oddity.indexOf(' of about')))).toEqual([
      'file size',
      'segment position',
      'segment size',
    ])
  })

  it('finds a file of just below 2^53 bytes possible', () => {
    const size = 2n ** 53n - 1n
    expect(parse(sample.withState({ managedKeyed: sample.keyGroups(3, { tag: 2, size, path: 'file:/a' }) })).oddities).toEqual([])
  })

  it('takes the reading without oddities of a version 3 file that can also be read with some', () => {
    // As of 1.12 the channel's size is 2 and its handle is inline; as of 1.11 gate, channel and size come earlier, and the rest spells a
    // file with an impossible size.
    const bytes = header(3).i64(1).i32(0).i32(1).hex(sample.OPERATOR).i32(1).i32(1).u8(0)
    bytes.i32(1).i32(0).i32(0).i32(0).u8(0).u8(0).i32(1)
    bytes.i32(0).i32(0).i32(0).i32(0).i32(0).hex('027f0000').hex('010000').i32(7).raw(Buffer.from('file:/a')).i32(0)
    const result = parseMetadata(bytes.done())
    expect(result).toMatchObject({ ok: true, metadata: { references: [], inlineBytes: 7, oddities: [] } })
  })

  it.each([-2, -(2n ** 63n)])('refuses a file of %s bytes', (size) => {
    const problem = problemOf(sample.withState({ managedKeyed: sample.keyGroups(3, { tag: 2, size, path: 'file:/a' }) }))
    expect(problem.message).toContain(`impossible file size ${size}`)
  })

  it.each([
    ['parallelism above the maximum', sample.operator({ parallelism: 129 }), 'impossible parallelism 129'],
    ['a negative parallelism', sample.operator({ parallelism: -1, subtasks: [] }), 'impossible parallelism -1'],
    [
      'a subtask beyond the parallelism',
      sample.operator({ subtasks: [{ index: 4, state: sample.subtask() }] }),
      'impossible subtask index 4',
    ],
    ['a finished subtask beyond the parallelism', sample.operator({ subtasks: [{ index: 4 }] }), 'impossible subtask index 4'],
    [
      'a finished operator with coordinator state',
      sample.operator({ coordinator: sample.INLINE, subtasks: 'finished' }),
      'coordinator state of a finished',
    ],
    ['coordinator state in a file', sample.operator({ coordinator: sample.FILE }), 'unknown coordinator state handle tag 2'],
  ])('refuses %s', (_, operator, message) => {
    expect(problemOf(sample.snapshot({ operators: [operator] })).message).toContain(message)
  })

  it.each([
    ['a changelog without key groups', { managedKeyed: sample.changelog(14, { groups: 0 }) }, 'changelog state handle without key groups'],
    ['an unknown segment scope', { managedKeyed: sample.keyGroups(3, { ...sample.SEGMENT, scope: 2 }) }, 'unknown segment scope 2'],
    [
      'an unknown distribution mode',
      { managed: { ...sample.partitioned(sample.FILE), states: [{ name: 's', mode: 3, offsets: [] }] } },
      'unknown distribution mode 3',
    ],
    ['an empty path', { managedKeyed: sample.keyGroups(3, { tag: 2, size: 1, path: '' }) }, 'empty path'],
    [
      'a negative segment position',
      { managedKeyed: sample.keyGroups(3, { ...sample.SEGMENT, offset: -1 }) },
      'impossible segment position -1',
    ],
    ['negative key groups', { managedKeyed: { ...sample.incremental(11), groups: -1 } }, 'impossible number of key groups -1'],
    ['a negative first key group', { managedKeyed: { ...sample.keyGroups(3), first: -1 } }, 'impossible first key group -1'],
  ] as const)('refuses %s', (_, state, message) => {
    expect(problemOf(sample.withState(state as never)).message).toContain(message)
  })

  it.each([2, 3, 4, 5, 6])('refuses bytes after the end of a version %i file', (version) => {
    const bytes = encodeMetadata(sample.everything(version))
    const problem = problemOf(new Bytes().raw(bytes).u8(0).done())
    expect(problem).toMatchObject({ kind: 'corrupt', offset: bytes.length })
  })

  it('refuses a version 6 file without its properties', () => {
    expect(problemOf(header(6).i64(1).i32(0).i32(0).hex('00000000').done()).message).toContain('no checkpoint properties')
  })

  it('refuses a negative checkpoint id, count of operators, and count of channels', () => {
    expect(problemOf(header(3).i64(-1).i32(0).i32(0).done()).message).toContain('impossible checkpoint id -1')
    expect(problemOf(header(3).i64(1).i32(0).i32(-1).done()).message).toContain('impossible number of operators -1')
    const bytes = encodeMetadata(sample.withState({}, { version: 3 }))
    bytes.fill(0xff, bytes.length - 8, bytes.length - 4)
    expect(problemOf(bytes).message).toContain('impossible number of input channel states -1')
  })

  it('refuses a master state that is longer than its content, and one without its magic', () => {
    const bytes = encodeMetadata(
      sample.snapshot({ version: 3, masters: [{ name: 'a', bytes: new Uint8Array(4) }], operators: [sample.operator()] }),
    )
    const longer = Uint8Array.from(bytes)
    longer[27] = (longer[27] ?? 0) + 1
    expect(problemOf(longer).message).toContain('master state of another length')
    const other = Uint8Array.from(bytes)
    other[20] = 0
    expect(problemOf(other).message).toContain('no master state where one must begin')
  })

  it('refuses state of Flink 1.1 in a version 2 file', () => {
    const bytes = encodeMetadata(sample.withState({}, { version: 2 }))
    bytes[bytes.length - 11] = 1
    expect(problemOf(bytes).message).toContain('state of Flink 1.1')
  })

  it('refuses handles nested without end, of keyed state and of streams', () => {
    let stream: Stream = sample.FILE
    let keyed = sample.keyGroups(3)
    for (let depth = 0; depth < 60; depth++) stream = { tag: 3, first: 0, offsets: [], inner: stream }
    for (let depth = 0; depth < 65; depth++) keyed = sample.changelog(14, { materialized: [keyed], increments: [] })
    expect(parse(sample.withState({ managedKeyed: sample.keyGroups(3, stream) })).references).toHaveLength(1)
    for (let depth = 0; depth < 5000; depth++) stream = { tag: 3, first: 0, offsets: [], inner: stream }
    for (const managedKeyed of [keyed, sample.keyGroups(3, stream)])
      expect(problemOf(sample.withState({ managedKeyed })).message).toContain('nested deeper than 64')
  })

  it('refuses a version 3 file in which one Flink sees inline state and another a file', () => {
    const bytes = header(3).i64(1).i32(0).i32(1).hex(sample.OPERATOR).i32(1).i32(1).u8(0) // coordinator
    bytes.i32(1).i32(0).i32(0).i32(0).u8(0).u8(0).i32(1) // up to the number of input channels
    // As of 1.12 these are subtask, gate, channel, no offsets, a size of 2, a byte stream of 7 bytes. As of 1.11 gate and channel come
    // first, no offsets, a size of 0, and a file of 4 GiB behind the path that those 7 bytes spell.
    bytes.i32(0).i32(0).i32(0).i32(0).i32(0).hex('02000000').hex('010000').i32(7).raw(Buffer.from('file:/a')).i32(0)
    expect(problemOf(bytes.done()).message).toContain('can be read in more than one way')
  })
})
