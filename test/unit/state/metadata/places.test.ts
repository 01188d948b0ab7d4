import { describe, expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import { Bytes } from './bytes.js'
import { encodeMetadata } from './encoder.js'
import type { Snapshot } from './handles.js'
import * as sample from './samples.js'

function parsed(snapshot: Snapshot | Uint8Array) {
  const result = parseMetadata(snapshot instanceof Uint8Array ? snapshot : encodeMetadata(snapshot))
  if (!result.ok) throw new Error(result.problem.message)
  return result.metadata
}

function messageOf(snapshot: Snapshot | Uint8Array): string {
  const result = parseMetadata(snapshot instanceof Uint8Array ? snapshot : encodeMetadata(snapshot))
  return result.ok ? 'accepted' : result.problem.message
}

const header = (version: number) => new Bytes().hex('4960672d').i32(version)

describe('the problem of a file', () => {
  const fine = sample.operator({ subtasks: [{ index: 0, state: sample.subtask({ managedKeyed: sample.keyGroups(3) }) }] })
  const bad = sample.operator({ id: 'ee'.repeat(16), parallelism: 129 })

  it('names the operator alone when no subtask is being read, and none outside of operators', () => {
    expect(messageOf(sample.snapshot({ operators: [fine, bad] }))).toMatch(/^impossible parallelism .* at byte \d+ \(operator (ee){16}\)$/)
    const cut = encodeMetadata(sample.snapshot({ operators: [fine] })).subarray(0, -1)
    expect(messageOf(cut)).toMatch(/^[^(]* at byte [\d,]+$/)
    expect(messageOf(header(3).i64(-1).i32(0).i32(0).done())).toBe('impossible checkpoint id -1 at byte 8')
  })

  it('names subtask 0', () => {
    const state = sample.subtask({ managedKeyed: { tag: 42 as 0 } })
    expect(messageOf(sample.snapshot({ operators: [sample.operator({ subtasks: [{ index: 0, state }] })] }))).toContain(', subtask 0)')
  })

  it.each([
    [new Uint8Array(), 'the file is empty: it is still being written, or its writer died'],
    [Uint8Array.of(0x49, 0x60), "the file does not begin like Flink's _metadata"],
    [header(6).done().subarray(0, 4), 'the file ends inside its header, at byte 4'],
    [header(6).done().subarray(0, 7), 'the file ends inside its header, at byte 4'],
    [header(6).done(), 'the file ends where 8 more bytes are needed at byte 8'],
    [header(3).i64(0).i32(0).i32(0).u8(0).done(), '1 bytes too many at byte 24'],
  ])('is told in words: %#', (bytes, message) => {
    expect(messageOf(bytes)).toBe(message)
  })

  it.each([-1, -5])('is the number of subtasks, or their index, when a version 2 file has it negative: %i', (value) => {
    const bytes = encodeMetadata(sample.withState({}, { version: 2 }))
    const count = 24 + 16 + 8 + 4
    const patched = (at: number) => {
      const copy = Uint8Array.from(bytes)
      new DataView(copy.buffer).setInt32(at, value)
      return copy
    }
    expect(messageOf(patched(count))).toContain(`impossible number of subtask states ${value} `)
    expect(messageOf(patched(count + 4))).toContain(`impossible subtask index ${value} at parallelism 4 `)
  })
})

describe('parseMetadata takes', () => {
  it('a file with nothing in it for just that', () => {
    expect(parsed(header(3).i64(0).i32(0).i32(0).done())).toEqual({
      formatVersion: 3,
      checkpointId: 0n,
      operators: [],
      references: [],
      keyGroups: [],
      inlineBytes: 0,
      snapshotType: null,
      savepointFormat: null,
      features: { changelog: false, fileMerging: false, incrementalKeyed: false },
      oddities: [],
      stateful: [],
    })
  })

  it('operators without parallelism and without subtasks', () => {
    const none = sample.operator({ parallelism: 0, subtasks: [] })
    expect(parsed(sample.snapshot({ operators: [none] })).operators).toMatchObject([{ parallelism: 0, subtasks: 0, finished: false }])
  })

  it('any number of handles beside one another', () => {
    const materialized = Array.from({ length: 70 }, () => sample.keyGroups(3))
    expect(parsed(sample.withState({ managedKeyed: sample.changelog(14, { materialized, increments: [] }) })).references).toHaveLength(70)
  })

  it('a size that Flink did not know for no oddity, and a segment without one for one without length', () => {
    const { references, oddities } = parsed(sample.withState({ managedKeyed: sample.keyGroups(3, { ...sample.SEGMENT, size: -1 }) }))
    expect(oddities).toEqual([])
    expect(references[0]).not.toHaveProperty('length')
  })

  it('a long odd name, and shows its begin', () => {
    const { oddities } = parsed(sample.withState({ managedKeyed: sample.keyGroups(3, { tag: 6, name: 'x'.repeat(99), size: 1 }) }))
    expect(oddities).toEqual([expect.stringContaining(`relative path "${'x'.repeat(80)}", which`)])
  })

  it('of key groups the last offset in each file', () => {
    const state = (tag: 3 | 12, stream = sample.FILE as Parameters<typeof sample.keyGroups>[1]) => ({
      managedKeyed: sample.keyGroups(tag, stream),
    })
    expect(parsed(sample.withState(state(12))).keyGroups).toEqual([{ reference: 0, lastOffset: 100 }])
    expect(parsed(sample.withState(state(3, sample.INLINE))).keyGroups).toEqual([])
    const unset = { ...sample.keyGroups(3), offsets: [-1, -1] } as never
    expect(parsed(sample.withState({ managedKeyed: unset })).keyGroups).toEqual([{ reference: 0, lastOffset: -1 }])
  })
})
