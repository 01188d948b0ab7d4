import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { executionAt, isFixedJobId, type JobEvidence } from '../../../src/lib/state/evidence.js'
import { knowJobs } from '../../../src/lib/state/jobs.js'
import { jobId } from '../../support/builders.js'

const A = jobId(0xa)
const FIXED = '00000000526a0f2d0000000000000000'
const OLD: JobEvidence = {
  jobId: A,
  source: 'cluster',
  where: 'http://old',
  name: 'payments',
  state: 'CANCELED',
  startedAtMs: 1,
  endedAtMs: 5,
  latestCompleted: { path: 'chk-9', completedAtMs: 4 },
  named: [{ path: 'chk-9', as: 'completed' }],
  inProgressIds: [10],
  checkpointTimeoutMs: 1000,
  retainsCheckpoints: true,
}
const NEW: JobEvidence = {
  jobId: A,
  source: 'cluster',
  where: 'http://new',
  state: 'RUNNING',
  startedAtMs: 6,
  endedAtMs: null,
  restoredFrom: 'savepoint',
  restores: [{ path: 'savepoint', checkpointId: 3, executionStartedAtMs: 6 }],
  named: [{ path: 'savepoint', as: 'restored' }],
}

function know(evidence: JobEvidence[], id = A) {
  const known = knowJobs({
    evidence: evidence.map((one) => ({ ...one, jobId: id })),
    jobIds: [],
    exclusive: false,
    allClustersAnswered: true,
  })
  const job = known.get(id)
  if (job === undefined) throw new Error('the job is not known')
  return job
}

describe('two executions of one id', () => {
  it.each([
    ['listed last', [OLD, NEW]],
    ['listed first', [NEW, OLD]],
    ['and the other end stands in the history', [{ ...OLD, source: 'history' as const }, NEW]],
  ])('are never mixed: whoever says that it runs speaks for all fields, %s', (_, evidence) => {
    expect(know(evidence)).toMatchObject({
      liveness: 'running',
      startedAtMs: 6,
      endedAtMs: null,
      restoredFrom: 'savepoint',
      latestCompleted: null,
      named: [{ path: 'savepoint', as: 'restored' }],
      inProgressIds: [],
      checkpointTimeoutMs: null,
      retainsCheckpoints: null,
      name: 'payments',
    })
  })

  it('both count for what was seen of the id: executions by begin, and restores', () => {
    const job = know([NEW, { ...OLD, restores: [{ path: 'first', checkpointId: 1, executionStartedAtMs: 1 }] }])
    expect(job.executions).toEqual([
      { startedAtMs: 1, endedAtMs: 5, isBounded: true },
      { startedAtMs: 6, endedAtMs: null, isBounded: true },
    ])
    expect(job.restores.map((one) => [one.path, one.source])).toEqual([
      ['savepoint', 'cluster'],
      ['first', 'cluster'],
    ])
  })

  it('that both have ended: the one that ended last speaks', () => {
    const later: JobEvidence = {
      ...OLD,
      state: 'FAILED',
      startedAtMs: 6,
      endedAtMs: 8,
      latestCompleted: null,
      source: 'history',
      where: 'history',
    }
    for (const evidence of [
      [OLD, later],
      [later, OLD],
    ])
      expect(know(evidence)).toMatchObject({
        state: 'FAILED',
        proof: 'FAILED by history',
        startedAtMs: 6,
        endedAtMs: 8,
        latestCompleted: null,
      })
  })

  it('that both run: what either names is named', () => {
    const other: JobEvidence = { ...OLD, state: 'RUNNING', endedAtMs: null }
    expect(know([NEW, other])).toMatchObject({
      restoredFrom: 'savepoint',
      named: [
        { path: 'savepoint', as: 'restored' },
        { path: 'chk-9', as: 'completed' },
      ],
      inProgressIds: [10],
    })
  })
})

describe('one execution', () => {
  it('is told by the cluster and by the history once, with the earlier of two ends', () => {
    const archived: JobEvidence = { ...OLD, source: 'history', endedAtMs: 4 }
    expect(know([OLD, archived, { ...OLD, endedAtMs: null }]).executions).toEqual([{ startedAtMs: 1, endedAtMs: 4, isBounded: true }])
  })

  it('is not told by a source that knows no begin, nor by a journal that saw none', () => {
    expect(
      know([
        { ...OLD, startedAtMs: null },
        { ...OLD, source: 'journal', state: null },
      ]).executions,
    ).toEqual([])
  })

  it('that an earlier look saw to begin counts, and is over when the next one of that id begins at its cluster', () => {
    const seen = (startedAtMs: number, where = NEW.where): JobEvidence => ({
      jobId: NEW.jobId,
      source: 'journal',
      where,
      sighting: { state: 'RUNNING', startedAtMs, isHaOff: null },
    })
    const here = { startedAtMs: 2, endedAtMs: 6, isBounded: false }
    expect(know([seen(2), NEW]).executions).toEqual([here, { startedAtMs: 6, endedAtMs: null, isBounded: true }])
    expect(know([seen(2, 'elsewhere'), NEW]).executions[0]).toEqual({ ...here, endedAtMs: null })
  })

  it.each([
    ['within the only one that is told', [{ startedAtMs: 1, endedAtMs: 5, isBounded: true }], 5, 1],
    ['within one that runs', [{ startedAtMs: 1, endedAtMs: null, isBounded: true }], 9, 1],
    ['after its end', [{ startedAtMs: 1, endedAtMs: 5, isBounded: true }], 6, null],
    ['before its begin', [{ startedAtMs: 1, endedAtMs: null, isBounded: true }], 0, null],
    ['in one of which only the begin is told', [{ startedAtMs: 1, endedAtMs: null, isBounded: false }], 2, null],
    [
      'where two may be it, on two clusters',
      [
        { startedAtMs: 1, endedAtMs: null, isBounded: true },
        { startedAtMs: 2, endedAtMs: 5, isBounded: true },
      ],
      3,
      null,
    ],
  ])('has what was made in it: %s', (_, executions, atMs, expected) => {
    expect(executionAt(executions, atMs)?.startedAtMs ?? null).toBe(expected)
  })

  it('is told by several sources that fill what others leave open', () => {
    expect(
      know([
        { ...OLD, retainsCheckpoints: null },
        { ...OLD, source: 'history', retainsCheckpoints: false },
      ]),
    ).toMatchObject({
      retainsCheckpoints: false,
      checkpointTimeoutMs: 1000,
    })
  })
})

describe('the journal', () => {
  const remembered: JobEvidence = { jobId: A, source: 'journal', where: 'the journal', name: 'old name', restoredFrom: 'remembered' }
  const silent = { ...NEW, restoredFrom: null, named: [], restores: [] }

  it('fills what the cluster of a running job does not say', () => {
    expect(know([silent, remembered])).toMatchObject({ restoredFrom: 'remembered', name: 'old name', nameSource: 'journal' })
    expect(know([{ ...silent, name: 'new name' }, remembered])).toMatchObject({ name: 'new name', nameSource: 'cluster' })
  })

  it('says nothing of where a job with a fixed id comes from: it may tell of an earlier run', () => {
    expect(know([silent, remembered], FIXED).restoredFrom).toBeNull()
  })
})

describe('isFixedJobId', () => {
  it.each([
    ['0'.repeat(32), true],
    [FIXED, true],
    [`ffffffff8a0f2d01${'0'.repeat(16)}`, true],
    [A, false],
    [`00000a${'b'.repeat(26)}`, false],
  ])('of %s is %s', (id, fixed) => expect(isFixedJobId(id)).toBe(fixed))
})

describe('whatever else is said of it', () => {
  const state = fc.constantFrom('RUNNING', 'CANCELED', 'FAILED', 'FINISHED', 'SUSPENDED', null)
  const word = fc.record({
    jobId: fc.constant(A),
    source: fc.constantFrom('cluster' as const, 'history' as const, 'journal' as const),
    where: fc.constantFrom('http://a', 'http://b'),
    state,
    startedAtMs: fc.option(fc.integer({ min: 1, max: 5 })),
    endedAtMs: fc.option(fc.integer({ min: 5, max: 9 })),
    restoredFrom: fc.option(fc.constantFrom('x', 'y')),
  })

  it('a job that a cluster says has not ended runs, with what that cluster says', () => {
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (before, after) => {
        const others = [...before, ...after].filter((one) => one.source !== 'cluster' || one.state === null || one.state === 'CANCELED')
        expect(know([...others, NEW])).toMatchObject({
          liveness: 'running',
          restoredFrom: 'savepoint',
          startedAtMs: 6,
          latestCompleted: null,
        })
      }),
    )
  })

  it('executions and restores do not depend on the order of the sources', () => {
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(know([...words, NEW]).executions).toEqual(know([NEW, ...words.toReversed()]).executions)
      }),
    )
  })
})
