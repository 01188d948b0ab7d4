import { describe, expect, it } from 'vitest'
import type { JobEvidence } from '../../../src/lib/state/evidence.js'
import { type KnownJob, knowJobs, unknownJob } from '../../../src/lib/state/jobs.js'
import { jobId } from '../../support/builders.js'

const A = jobId(0xa)
const cluster = (parts: Partial<JobEvidence> = {}): JobEvidence => ({ jobId: A, source: 'cluster', where: 'http://jm:8081', ...parts })
const history = (parts: Partial<JobEvidence> = {}): JobEvidence => ({ jobId: A, source: 'history', where: 'wasbs://history', ...parts })
const journal = (parts: Partial<JobEvidence> = {}): JobEvidence => ({ jobId: A, source: 'journal', where: 'the journal', ...parts })

/** Nothing was written for long below the roots. */
const IDLE = {
  trees: new Map([[A, { newestWriteMs: 0, areBelowRoots: true }]]),
  silence: { answered: ['http://jm:8081'], nowMs: 2, graceMs: 1 },
}

function know(evidence: JobEvidence[], parts: { exclusive?: boolean; allClustersAnswered?: boolean } = {}) {
  const job = knowJobs({ evidence, jobIds: [A], exclusive: false, allClustersAnswered: true, ...IDLE, ...parts }).get(A)
  if (job === undefined) throw new Error('the job is not known')
  return job
}

describe('knowJobs', () => {
  it.each(['RUNNING', 'RESTARTING', 'SUSPENDED', 'INITIALIZING', 'A_NEW_WORD'])(
    'takes a job that a cluster calls %s for running',
    (state) => {
      expect(know([cluster({ state })], { exclusive: true })).toMatchObject({
        liveness: 'running',
        state,
        proof: `${state} by http://jm:8081`,
      })
    },
  )

  it.each(['FINISHED', 'CANCELED', 'FAILED'])('takes a job that a cluster or the history calls %s for ended', (state) => {
    expect(know([cluster({ state })])).toMatchObject({ liveness: 'terminated', state })
    expect(know([history({ state })])).toMatchObject({ liveness: 'terminated', proof: `${state} by wasbs://history` })
  })

  it('believes the cluster that a job runs, whatever other sources prove, since application clusters reuse a job id', () => {
    const ended = cluster({ state: 'CANCELED', where: 'http://other' })
    expect(know([history({ state: 'FINISHED' }), ended, cluster({ state: 'RUNNING' })]).liveness).toBe('running')
  })

  it('knows nothing of a job that nobody mentions, unless the roots are exclusive and every cluster answered', () => {
    expect(know([]).liveness).toBe('unknown')
    expect(know([], { exclusive: true, allClustersAnswered: false }).liveness).toBe('unknown')
    expect(know([journal({ name: 'a' })], { exclusive: true })).toMatchObject({ liveness: 'terminated', state: null })
    expect(unknownJob(A)).toEqual(know([]))
  })

  it('does not take a job for ended that the history saw suspended, even with exclusive roots', () => {
    expect(know([history({ state: 'SUSPENDED' })], { exclusive: true })).toMatchObject({ liveness: 'unknown', state: 'SUSPENDED' })
  })

  it.each<[string, JobEvidence[], boolean, string]>([
    ['an end', [journal({ name: 'a' }), history({ state: 'FAILED' })], false, 'FAILED by wasbs://history'],
    ['a word that is no end', [history({ state: 'SUSPENDED' })], true, 'SUSPENDED by wasbs://history, which is no end'],
    ['silence', [], false, 'no JobManager and no history entry knows it'],
    ['a name alone', [cluster({ name: 'a' })], false, 'no JobManager and no history entry knows it'],
    ['silence about exclusive roots', [], true, 'no listed JobManager knows it, and the roots are exclusive'],
  ])('gives as proof of %s who says so', (_, evidence, exclusive, proof) => {
    expect(know(evidence, { exclusive }).proof).toBe(proof)
  })

  it.each<Partial<KnownJob>>([
    { endedAtMs: 1 },
    { latestCompleted: { path: 'p', completedAtMs: 1 } },
    { checkpointTimeoutMs: 0 },
    { longestCheckpointMs: 1 },
    { changelog: false },
    { stateBackend: 'EmbeddedRocksDBStateBackend' },
  ])('takes %j from the first source that tells it, and it is null when none does', (word) => {
    const unsaid = Object.fromEntries(Object.keys(word).map((field) => [field, null]))
    expect(know([cluster(unsaid), history(word as Partial<JobEvidence>)])).toMatchObject(word)
    expect(know([cluster()])).toMatchObject(unsaid)
  })

  it('knows the jobs of storage and of the evidence, each once', () => {
    const B = jobId(0xb)
    const input = { evidence: [cluster(), cluster({ jobId: B })], jobIds: [A], exclusive: false, allClustersAnswered: true }
    expect([...knowJobs(input).keys()]).toEqual([A, B])
    expect(knowJobs({ ...input, evidence: [cluster({ neverRan: true })], jobIds: [] }).get(A)?.neverRan).toBe(true)
  })

  it('lets later sources only fill what earlier ones left open', () => {
    const job = know([cluster({ name: 'new', restoredFrom: null, inProgressIds: [4] }), journal({ name: 'old', restoredFrom: 'path' })])
    expect(job).toMatchObject({ name: 'new', restoredFrom: 'path', inProgressIds: [4] })
  })

  it('takes what every source names', () => {
    const named = [{ path: 'a', as: 'savepoint' }] as const
    expect(
      know([cluster({ named: [...named] }), history({ named: [{ path: 'b', as: 'savepoint' }] })]).named.map((one) => one.path),
    ).toEqual(['a', 'b'])
    expect(know([cluster()]).named).toEqual([])
  })

  it('says that a job never ran only if every source that saw it says so', () => {
    expect(know([cluster({ neverRan: true }), journal({ name: 'a' })]).neverRan).toBe(true)
    expect(know([cluster({ neverRan: true }), history({ neverRan: false })]).neverRan).toBe(false)
    expect(know([journal({ name: 'a' })]).neverRan).toBe(false)
    expect(know([]).neverRan).toBe(false)
  })
})
