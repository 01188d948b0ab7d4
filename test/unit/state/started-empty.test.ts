import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import { type EmptyStartsInput, emptyStarts } from '../../../src/lib/state/started-empty.js'
import {
  at,
  chainsOf,
  checkpoint,
  checkpointDirectory,
  DAY,
  HOUR,
  job,
  jobId,
  jobsOf,
  NOW,
  operatorsOf,
  policy,
  running,
  savepoint,
  snapshot,
  uri,
} from '../../support/builders.js'

const [A, B, C] = [jobId(0xa), jobId(0xb), jobId(0xc)]
const FIXED = `00000000526a0f2d${'0'.repeat(16)}`
const STARTED = NOW - DAY
const operators = operatorsOf('source', 'count')
const older = (parts: Partial<Snapshot> = {}) => ({ completedAtMs: STARTED - HOUR, operators, ...parts })
const newer = (parts: Partial<Snapshot> = {}) => ({ completedAtMs: NOW - HOUR, operators, ...parts })
const OLD = job(A, { name: 'sales', endedAtMs: STARTED - HOUR / 2 })
const EMPTY = running(B, { name: 'sales', startedAtMs: STARTED, emptyStarts: [STARTED] })
const TIP = checkpoint(A, 9, older())
const OWN = checkpoint(B, 30, newer())
const from = (id: string, checkpointId: number, executionStartedAtMs: number | null = null) => ({
  restores: [{ path: uri(checkpointDirectory(id, checkpointId)), checkpointId, source: 'cluster' as const, executionStartedAtMs }],
})

function found(snapshots: Snapshot[], jobs: KnownJob[], parts: Partial<EmptyStartsInput> = {}) {
  const known = jobsOf(...jobs)
  const chains = chainsOf(known, snapshots)
  return emptyStarts({ snapshots, jobs: known, chains, policy: policy(), roots: [at('')], nowMs: NOW, ...parts })
}

describe('a job that runs without its state', () => {
  it('is told, with the run that began empty and the snapshot that has the state', () => {
    expect(found([TIP, OWN], [OLD, EMPTY])).toEqual([{ job: EMPTY, begun: { jobId: B, atMs: STARTED }, wayBack: TIP }])
  })

  it.each<[string, Snapshot[], KnownJob[], Snapshot]>([
    ['its checkpoint 1 is there, whatever the cluster says', [TIP, checkpoint(B, 1, newer())], [OLD, { ...EMPTY, emptyStarts: [] }], TIP],
    ['a failover restored a checkpoint of its own', [TIP, OWN], [OLD, { ...EMPTY, ...from(B, 12) }], TIP],
    [
      'the state is in a savepoint, younger than the checkpoints',
      [TIP, savepoint(A, 10, older()), OWN],
      [OLD, EMPTY],
      savepoint(A, 10, older()),
    ],
    ['nobody saw the older run end', [TIP, OWN], [job(A, { name: 'sales', liveness: 'unknown' }), EMPTY], TIP],
    [
      'the snapshot was undeleted meanwhile, and its run ended before',
      [checkpoint(A, 9, newer()), OWN],
      [OLD, EMPTY],
      checkpoint(A, 9, newer()),
    ],
    [
      'its only operator in common has come to its end',
      [TIP, checkpoint(B, 30, newer({ operators: { ...operators, stateful: new Set(), finished: operators.stateful } }))],
      [OLD, EMPTY],
      TIP,
    ],
    [
      'it carries on a run that began empty',
      [TIP, OWN, checkpoint(C, 40, newer())],
      [OLD, { ...EMPTY, liveness: 'terminated' }, running(C, { name: 'sales', ...from(B, 30) })],
      TIP,
    ],
    [
      'the run that went on from the state has ended and left nothing',
      [TIP, OWN],
      [OLD, EMPTY, job(C, { name: 'sales', ...from(A, 9) })],
      TIP,
    ],
    [
      'its id is used again, and an earlier execution has the state',
      [checkpoint(FIXED, 9, older()), checkpoint(FIXED, 2, newer())],
      [
        running(FIXED, {
          name: 'sales',
          startedAtMs: STARTED,
          emptyStarts: [STARTED],
          executions: [{ startedAtMs: STARTED, endedAtMs: null, isBounded: true }],
        }),
      ],
      checkpoint(FIXED, 9, older()),
    ],
  ])('is told when %s', (_, snapshots, jobs, wayBack) => {
    expect(found(snapshots, jobs).map((one) => one.wayBack)).toEqual([wayBack])
  })

  it('is led back to the newest of several that nothing goes on from', () => {
    const other = checkpoint(C, 3, older({ completedAtMs: STARTED - 5 * HOUR }))
    expect(found([other, TIP, OWN], [OLD, EMPTY, job(C, { name: 'sales' })]).map((one) => one.wayBack)).toEqual([TIP])
  })
})

describe('no job is told to have begun empty', () => {
  it.each<[string, Snapshot[], KnownJob[]]>([
    ['when it is not known how it began', [TIP, OWN], [OLD, { ...EMPTY, emptyStarts: [] }]],
    ['when it was restored from there', [TIP, OWN], [OLD, { ...EMPTY, ...from(A, 9) }]],
    ['when it was restored from something that is gone', [TIP, OWN], [OLD, { ...EMPTY, ...from(C, 3) }]],
    ['when it does not run', [TIP, OWN], [OLD, { ...EMPTY, liveness: 'unknown' }]],
    ['when it never ran', [TIP, OWN], [OLD, { ...EMPTY, neverRan: true }]],
    ['when nobody knows its name', [TIP, OWN], [OLD, { ...EMPTY, name: null }]],
    ['when a person said that it was meant', [TIP, OWN], [OLD, { ...EMPTY, meantStarts: [STARTED] }]],
    ['when the older run has another name', [TIP, OWN], [{ ...OLD, name: 'orders' }, EMPTY]],
    ['when the older one runs itself: another job of that name', [TIP, OWN], [running(A, { name: 'sales' }), EMPTY]],
    ['when the older one came later', [checkpoint(A, 9, newer()), OWN], [job(A, { name: 'sales' }), EMPTY]],
    ['when nothing whole is left of it', [checkpoint(A, 9, older({ completeness: 'broken' })), OWN], [OLD, EMPTY]],
    ['when Flink deletes it by itself', [TIP, OWN], [{ ...OLD, retainsCheckpoints: false }, EMPTY]],
    ['when they have no operator in common', [checkpoint(A, 9, older({ operators: operatorsOf('other') })), OWN], [OLD, EMPTY]],
    ['when the older one has no state', [checkpoint(A, 9, older({ operators: operatorsOf() })), OWN], [OLD, EMPTY]],
    ['before its first checkpoint tells its operators', [TIP], [OLD, EMPTY]],
    ['when a run that still goes on went on from there', [TIP, OWN], [OLD, EMPTY, running(C, { name: 'sales', ...from(A, 9) })]],
    [
      'when a run went on from there and left a restore point later',
      [TIP, OWN, checkpoint(C, 12, newer())],
      [OLD, EMPTY, job(C, { name: 'sales', ...from(A, 9) })],
    ],
    ['when it is a restore test', [TIP, OWN], [OLD, { ...EMPTY, name: 'drill of sales' }]],
    [
      'when it is a fork under another name of a run that began empty',
      [TIP, OWN, checkpoint(C, 40, newer())],
      [OLD, { ...EMPTY, liveness: 'terminated' }, running(C, { name: 'staging', ...from(B, 30) })],
    ],
    [
      'when only an earlier execution of its id began empty',
      [checkpoint(FIXED, 9, older()), checkpoint(FIXED, 20, newer())],
      [running(FIXED, { name: 'sales', startedAtMs: STARTED, emptyStarts: [STARTED - 9 * DAY] })],
    ],
  ])('%s', (_, snapshots, jobs) => {
    expect(found(snapshots, jobs)).toEqual([])
  })

  it.each([
    ['its job', { alsoLast: new Set([A]) }],
    ['its age', { abandonedMs: HOUR }],
  ])('once the older state is given up by %s', (_, rules) => {
    expect(found([TIP, OWN], [OLD, EMPTY], { policy: policy(rules) })).toEqual([])
  })

  it('for state below another root', () => {
    const roots = [at('team-a'), at('team-b')]
    const theirs = snapshot(`team-a/${A}/chk-9`, older())
    const ours = snapshot(`team-b/${B}/chk-30`, newer())
    const chains = chainsOf(jobsOf(OLD, EMPTY), [theirs, ours])
    const input = { snapshots: [theirs, ours], jobs: jobsOf(OLD, EMPTY), chains, policy: policy(), nowMs: NOW }
    expect(emptyStarts({ ...input, roots })).toEqual([])
    expect(emptyStarts({ ...input, roots: [...roots, at('')] })).toHaveLength(1)
  })
})

describe('whatever was seen', () => {
  const seen = fc.record({
    emptyStarts: fc.subarray([STARTED]),
    restores: fc.constantFrom([], from(A, 9).restores, from(C, 3).restores, from(B, 12).restores),
    meantStarts: fc.subarray([STARTED]),
    liveness: fc.constantFrom('running' as const, 'unknown' as const, 'terminated' as const),
  })

  it('a job is told of only where it runs, was seen to begin empty, was restored from nothing of others, and nobody meant it', () => {
    fc.assert(
      fc.property(seen, (parts) => {
        const foreign = parts.restores.some(({ path }) => !path.includes(B))
        const isExpected = parts.liveness === 'running' && parts.emptyStarts.length > 0 && !foreign && parts.meantStarts.length === 0
        expect(found([TIP, OWN], [OLD, { ...EMPTY, ...parts }]).length).toBe(isExpected ? 1 : 0)
      }),
    )
  })
})
