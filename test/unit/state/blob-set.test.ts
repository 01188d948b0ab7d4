import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlobSet } from '../../../src/lib/state/blob-set.js'
import { BlobTable } from '../../../src/lib/state/blob-table.js'
import { Column } from '../../../src/lib/state/column.js'
import { Etags } from '../../../src/lib/state/etags.js'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import { placeOf } from '../../../src/lib/state/layout.js'
import { locationKey } from '../../../src/lib/state/location.js'
import type { StoredBlob } from '../../../src/lib/state/survey.js'
import { checkpointDirectory, jobId, savepointDirectory, storedBlob, uuid } from '../../support/builders.js'

const etag = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^0x8D[0-9A-F]{13}$/) },
  fc.stringMatching(/^0x[0-9A-F]{0,17}$/),
  fc.stringMatching(/^0x[0-9a-f]{1,15}$/),
  fc.constantFrom('', '0x', '0x0', '0x1', '0xFFFFFFFF', '0x100000000', '0xFFFFFFFFFFFFFFF', '0x1000000000000000', '"0x1"', '0x1\n'),
  fc.string(),
)

it('gives every ETag back to the letter, also after it was set anew', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 5 }), etag)), (settings) => {
      const etags = new Etags()
      const expected = new Map(settings)
      for (const [index, text] of settings) etags.set(index, text)
      for (const [index, text] of expected) expect(etags.get(index)).toBe(text)
    }),
    { numRuns: 1000 },
  )
})

it('answers of numbers by index what a map would answer', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 300_000 }), fc.double({ noNaN: true }))), (settings) => {
      const column = new Column((length) => new Float64Array(length))
      for (const [index, value] of settings) column.set(index, value)
      for (const [index, value] of new Map(settings)) expect(column.get(index)).toBe(value)
      expect(column.get(400_000)).toBe(0)
    }),
  )
})

const JOB = jobId(1)
const DIRECTORIES = [
  '',
  'tables/a',
  checkpointDirectory(JOB, 3),
  savepointDirectory(JOB, 1),
  `checkpoints/${JOB}/shared`,
  `checkpoints/${JOB}/shared/job_a_op_b`,
  `checkpoints/${JOB}/taskowned`,
  `/odd//${JOB}/shared`,
]
const name = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 9 }).map(uuid) }, fc.constantFrom('_metadata', 'chk-7', 'x', ''))
const blob = fc
  .record({
    name: fc.tuple(fc.constantFrom(...DIRECTORIES), name).map(([directory, last]) => (directory === '' ? last : `${directory}/${last}`)),
    sizeBytes: fc.nat(),
    lastModifiedMs: fc.nat(),
    etag,
    container: fc.constantFrom('flink', 'other'),
  })
  .map(({ name: full, ...parts }) => storedBlob(full, parts))

function filled(blobs: StoredBlob[]): { set: BlobSet; other: BlobSet; table: BlobTable } {
  const table = new BlobTable(new KeyTable())
  const [set, other] = [new BlobSet(table), new BlobSet(table)]
  for (const [number, one] of blobs.entries()) {
    const id = table.keys.intern(locationKey(one))
    table.set(id, one)
    if (number % 3 === 0) other.add(id)
    else set.add(id)
  }
  return { set, other, table }
}

describe('BlobSet', () => {
  it('answers what a map of blobs by key would answer, in the order in which they came', () => {
    fc.assert(
      fc.property(fc.uniqueArray(blob, { selector: locationKey }), (blobs) => {
        const { set, other, table } = filled(blobs)
        const expected = blobs.filter((_, number) => number % 3 !== 0)
        expect([...set]).toEqual(expected)
        expect(set.size).toBe(expected.length)
        for (const one of blobs) {
          const isIn = expected.includes(one)
          expect(set.get(locationKey(one))).toEqual(isIn ? one : undefined)
          expect(other.get(locationKey(one))).toEqual(isIn ? undefined : one)
          const id = table.keys.intern(locationKey(one))
          expect([set.has(id), table.sizeOf(id), table.lastModifiedOf(id)]).toEqual([isIn, one.sizeBytes, one.lastModifiedMs])
        }
      }),
    )
  })

  it('has a blob once that came twice, as it came last', () => {
    const { set, table } = filled([])
    const [before, after] = [storedBlob('a/b', { etag: '0x1' }), storedBlob('a/b', { etag: '0x2', sizeBytes: 7 })]
    for (const one of [before, after]) {
      const id = table.keys.intern(locationKey(one))
      table.set(id, one)
      set.add(id)
    }
    expect([...set]).toEqual([after])
  })

  it('has samples that lie in all places where its blobs lie, in the same order', () => {
    const where = ({ name: full }: StoredBlob) => {
      const { area, jobId: job, tree, directory, checkpointId } = placeOf(full)
      return JSON.stringify([area, job, tree, directory, checkpointId])
    }
    fc.assert(
      fc.property(fc.uniqueArray(blob, { selector: locationKey }), (blobs) => {
        const { set } = filled(blobs)
        expect([...new Set([...set.samples()].map(where))]).toEqual([...new Set([...set].map(where))])
      }),
    )
  })
})
