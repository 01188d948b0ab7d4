import { describe, expect, it } from 'vitest'
import type { Restorables } from '../../../src/lib/operations/find-restorable.js'
import { chosenLine, nothingRestorable, passedOverLines } from '../../../src/lib/views/restorable.js'

const MINUTE = 60_000
const newest = {
  path: 'wasbs://c@a/cp/chk-7',
  kind: 'checkpoint' as const,
  jobId: 'a'.repeat(32),
  jobName: 'sales',
  checkpointId: 7,
  completeness: 'complete' as const,
  problem: null,
  completedAtMs: 0,
  ageMs: 3 * MINUTE,
  exclusiveBytes: 0,
  sharedBytes: 0,
  missing: 0,
  live: false,
  pinned: false,
}
const wreck = (number: number) => ({
  path: `wasbs://c@a/cp/chk-${number}`,
  jobId: null,
  completedAtMs: 0,
  ageMs: MINUTE,
  reason: 'broken: 1 file is missing',
})
const found = (parts: Partial<Restorables> = {}): Restorables => ({
  newest,
  rivals: [],
  restorable: 5,
  passedOver: [],
  unnamed: 0,
  silent: [],
  ...parts,
})

describe('what was found to restore from', () => {
  it('is named with why it is this one', () => {
    expect(chosenLine(found(), newest, 'sales')).toBe(
      `wasbs://c@a/cp/chk-7 is the newest of 5 restorable snapshots of sales: checkpoint 7 of job ${'a'.repeat(32)}, 3m old`,
    )
    expect(chosenLine(found({ restorable: 1 }), { ...newest, checkpointId: null, jobId: null }, 'sales')).toBe(
      'wasbs://c@a/cp/chk-7 is the only restorable snapshot of sales: savepoint of a job that nobody remembers, 3m old',
    )
  })

  it('says what was passed over, ten at most', () => {
    expect(passedOverLines(found({ passedOver: [wreck(8)] }))).toEqual([
      'Passed over wasbs://c@a/cp/chk-8 (1m old): broken: 1 file is missing',
    ])
    const many = passedOverLines(found({ passedOver: Array.from({ length: 12 }, (_, at) => wreck(at)) }))
    expect(many).toHaveLength(11)
    expect(many.at(-1)).toBe('Passed over 2 more')
  })

  it('is nothing: what lies there instead, and what nobody remembers', () => {
    expect(nothingRestorable(found({ newest: null, unnamed: 2, passedOver: [wreck(8)] }), 'sales', false)).toEqual({
      message: 'No restorable snapshot of sales lies in storage: wasbs://c@a/cp/chk-8 is broken: 1 file is missing.',
      suggestions: [expect.stringContaining('2 complete snapshots in storage'), expect.stringContaining('list-checkpoints')],
    })
    expect(nothingRestorable(found({ newest: null }), 'sales', true)).toEqual({
      message: 'No restorable snapshot of sales from before that time lies in storage.',
      suggestions: [expect.stringContaining('list-checkpoints')],
    })
  })
})
