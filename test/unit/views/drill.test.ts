import { describe, expect, it } from 'vitest'
import type { DrillResult } from '../../../src/lib/operations/drill-job.js'
import { drillText, drillWarnings } from '../../../src/lib/views/drill.js'

const RESULT: DrillResult = {
  jobId: 'a'.repeat(32),
  jobName: 'sales',
  verdict: 'proven',
  verified: true,
  reason: null,
  restoredFrom: 'wasbs://flink@acct/savepoints/s',
  claimMode: 'NO_CLAIM',
  sinks: [{ name: 'totals', connector: 'filesystem' }],
  proof: { restoredCheckpointId: 12, checkpointId: 13, checkpointBytes: 352_641, checkpointMs: 7588, recordsRead: 6500, recordsWritten: 1 },
  leftOut: [],
  hasVanished: false,
  startedEmpty: [],
  startedAt: '2026-11-22T12:00:00.000Z',
  durationMs: 42_335,
  cleared: { removedBlobs: 5, problem: null },
}

describe('a drill in words', () => {
  it('says what was proven, and that nothing is left', () => {
    expect(drillText(RESULT, 200)).toBe(
      [
        'Restorable: sales from wasbs://flink@acct/savepoints/s',
        '  the cluster says that it was restored from this path (checkpoint 12)',
        '  it completed checkpoint 13 of its own in 7.6 s, 344 KiB, and that is readable',
        '  6,500 records came out of its sources, 1 went into the blackholes',
        '  taken away again after 42s: its job has ended, its directory is gone',
        '  sinks replaced by blackholes: totals (filesystem)',
      ].join('\n'),
    )
    expect(drillWarnings(RESULT)).toEqual([])
  })

  it('claims no end that was not seen', () => {
    const left: DrillResult = { ...RESULT, cleared: { removedBlobs: 0, problem: 'no right to delete' } }
    expect(drillText(left, 200)).not.toContain('taken away')
    expect(drillWarnings(left)).toEqual([expect.stringContaining('may be left: no right to delete. The next drill takes it away.')])
  })

  it.each([
    ['not-restorable', 'Not restorable'],
    ['not-drillable', 'Not drillable'],
    ['not-proven', 'Not proven'],
  ] as const)('of %s begins with %s and the reason', (verdict, head) => {
    const text = drillText({ ...RESULT, verdict, verified: false, reason: 'Cannot map', proof: null }, 200)
    expect(text.split('\n').slice(0, 2)).toEqual([`${head}: sales from wasbs://flink@acct/savepoints/s`, '  Cannot map'])
  })

  it('names what it does not cover', () => {
    expect(drillWarnings({ ...RESULT, leftOut: ['Writer (2e32)'], startedEmpty: ['Agg (90be)'] })).toEqual([
      'The snapshot does not know Agg (90be): started empty, as it would in the job itself.',
      "The sinks' own state is not covered by the drill: Writer (2e32).",
    ])
  })
})
