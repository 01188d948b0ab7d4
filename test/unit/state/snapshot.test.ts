import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import { resolveReference } from '../../../src/lib/state/references.js'
import { byAge, measure } from '../../../src/lib/state/snapshot.js'
import { snapshotBytes } from '../../../src/lib/state/survey.js'
import type { Reference } from '../../../src/lib/state/types.js'
import { usesOf } from '../../../src/lib/state/uses.js'
import { at, checkpoint, jobId, keyAt, NOW, needs, needsBelow, uuid } from '../../support/builders.js'

const DIRECTORY = at('root/chk-1')
const OWN = uuid(1)
const SHARED = `shared/${uuid(2)}`

function measured(sizes: Record<string, number>, ...uses: Reference[]) {
  const resolved = uses.map((use) => {
    const found = resolveReference(use, DIRECTORY)
    if (!found.ok) throw new Error(found.problem)
    return { reference: use, location: found.location }
  })
  const stored = new Map(Object.entries(sizes).map(([name, size]) => [keyAt(name), size]))
  const keys = new KeyTable()
  const { references, ...found } = measure(
    usesOf(resolved, keys),
    DIRECTORY,
    (id) => stored.get(keys.keyOf(id)),
    (prefix) => prefix.split('/')[1] === 'flink',
  )
  return { ...found, references: [...references].map((id) => keys.keyOf(id)) }
}

describe('measure', () => {
  it('calls a snapshot complete whose files are all there, and adds them up, each once', () => {
    const sizes = { [`root/chk-1/${OWN}`]: 10, [SHARED]: 25 }
    expect(measured(sizes, needsBelow(OWN), needs(SHARED), needs(SHARED))).toEqual({
      completeness: 'complete',
      problem: null,
      missing: 0,
      missingAbsolute: 0,
      exclusiveBytes: 10,
      sharedBytes: 25,
      references: [keyAt(`root/chk-1/${OWN}`), keyAt(SHARED)],
      directories: [],
      strays: [],
    })
  })

  it('calls it broken when files are missing, and remembers names that may lie elsewhere', () => {
    const found = measured({}, needsBelow(OWN), needs(SHARED), needs(SHARED), needs('shared/other'))
    expect(found).toMatchObject({ completeness: 'broken', problem: '3 of 3 referenced files are missing', missing: 3, missingAbsolute: 2 })
    expect(found.strays).toEqual([OWN, uuid(2)])
  })

  it.each([
    ['is empty', 0, {}],
    ['is empty and of unknown size', 0, { sizeBytes: null }],
    ['is shorter than its handle says', 9, {}],
    ['ends before its segment', 104, { kind: 'segment', sizeBytes: 5, offset: 100, length: 5 }],
  ] as const)('calls it incomplete when a file %s', (_, size, parts) => {
    expect(measured({ [SHARED]: size }, needs(SHARED, parts)).completeness).toBe('incomplete')
  })

  it.each([
    ['as long as its handle says', 10, {}],
    ['longer', 11, {}],
    ['of unknown size and not empty', 1, { sizeBytes: null }],
    ['empty, as its handle says', 0, { sizeBytes: 0 }],
    ['just long enough for its segment', 105, { kind: 'segment', sizeBytes: 5, offset: 100, length: 5 }],
  ] as const)('calls it complete when a file is %s', (_, size, parts) => {
    expect(measured({ [SHARED]: size }, needs(SHARED, parts)).completeness).toBe('complete')
  })

  it('judges no file outside the surveyed containers, but remembers that it needs it', () => {
    const elsewhere = needs('x', { path: 'wasbs://other@acct.blob.core.windows.net/x' })
    const found = measured({}, elsewhere)
    expect(found).toMatchObject({ completeness: 'complete', sharedBytes: 10, references: ['acct.blob.core.windows.net/other/x'] })
  })

  it('keeps directories apart from files', () => {
    const found = measured({}, needs('shared/job_a_op_b', { kind: 'directory', sizeBytes: null }))
    expect(found).toMatchObject({ completeness: 'complete', references: [], directories: [keyAt('shared/job_a_op_b')] })
  })

  it('does not take a neighbour whose name begins alike for its own directory', () => {
    expect(measured({ [`root/chk-10/${OWN}`]: 10 }, needs(`root/chk-10/${OWN}`))).toMatchObject({ exclusiveBytes: 0, sharedBytes: 10 })
  })
})

it('orders snapshots of the same second by checkpoint id, the newest first', () => {
  const job = jobId(1)
  const snapshots = [9, 11, 10].map((id) => checkpoint(job, id, { completedAtMs: NOW }))
  const older = checkpoint(job, 12, { completedAtMs: NOW - 1 })
  expect([older, ...snapshots].toSorted(byAge).map((one) => one.checkpointId)).toEqual([11, 10, 9, 12])
})

it('counts a snapshot’s own, shared and metadata bytes', () => {
  expect(snapshotBytes(checkpoint(jobId(1), 1, { exclusiveBytes: 1, sharedBytes: 20, metadataBytes: 300 }))).toBe(321)
})
