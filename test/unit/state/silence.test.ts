import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JobEvidence } from '../../../src/lib/state/evidence.js'
import { type KnowJobsInput, knowJobs } from '../../../src/lib/state/jobs.js'
import { treesByJob } from '../../../src/lib/state/silence.js'
import { at, HOUR, jobId, NOW } from '../../support/builders.js'

const A = jobId(0xa)
const B = jobId(0xb)
const JM = 'http://jm:8081'
const IDLE = { newestWriteMs: NOW - 73 * HOUR, areBelowRoots: true }

function seen(state: string, isHaOff: boolean | null, where = JM): JobEvidence {
  return { jobId: A, source: 'journal', where, sighting: { state, startedAtMs: NOW - 500 * HOUR, isHaOff } }
}

function know(parts: Partial<KnowJobsInput> & { tree?: typeof IDLE; givenUp?: string[] } = {}) {
  const { tree = IDLE, givenUp = [], ...input } = parts
  const silence = { answered: [JM], nowMs: NOW, graceMs: 72 * HOUR, givenUp: new Set(givenUp) }
  const trees = new Map([[A, tree]])
  const all = { evidence: [], jobIds: [A], exclusive: true, allClustersAnswered: true, trees, silence, ...input }
  const job = knowJobs(all).get(A)
  if (job === undefined) throw new Error('the job is not known')
  return job
}

describe('silence', () => {
  it('ends a job of exclusive roots when every JobManager answered and nothing was written for the grace period', () => {
    expect(know()).toMatchObject({ liveness: 'terminated', proof: 'no listed JobManager knows it, and the roots are exclusive' })
    expect(know({ tree: { ...IDLE, newestWriteMs: NOW - 72 * HOUR } }).liveness).toBe('terminated')
  })

  it.each<[string, Parameters<typeof know>[0], string]>([
    ['the roots are not exclusive', { exclusive: false }, 'no JobManager and no history entry knows it'],
    ['a JobManager did not answer', { allClustersAnswered: false }, 'no JobManager and no history entry knows it'],
    [
      'its tree was written to within the grace period',
      { tree: { ...IDLE, newestWriteMs: NOW - 72 * HOUR + 1 } },
      'no listed JobManager knows it, but its directory was written to within the grace period',
    ],
    [
      'its tree lies elsewhere',
      { tree: { ...IDLE, areBelowRoots: false } },
      'no listed JobManager knows it, but its directory lies below no configured root',
    ],
    ['nothing of it is stored', { trees: new Map() }, 'no listed JobManager knows it, but nothing of it lies below the configured roots'],
    [
      'it was seen running with high availability',
      { evidence: [seen('RUNNING', false)] },
      `no listed JobManager knows it, but ${JM} had it RUNNING and nobody saw it end; with high availability it may come back`,
    ],
    [
      'it was seen running, and the configuration was not told',
      { evidence: [seen('RUNNING', null)] },
      `no listed JobManager knows it, but ${JM} had it RUNNING and nobody saw it end; whether it has high availability is not known`,
    ],
    [
      'it was seen suspended',
      { evidence: [seen('SUSPENDED', false)] },
      `no listed JobManager knows it, but ${JM} had it SUSPENDED and nobody saw it end; with high availability it may come back`,
    ],
    [
      'it was seen running where nobody asks any more',
      { evidence: [seen('RUNNING', true, 'http://old:8081')] },
      'no listed JobManager knows it, but http://old:8081 had it RUNNING and nobody saw it end, and that JobManager is not listed any more',
    ],
  ])('ends nothing when %s', (_, parts, proof) => {
    expect(know(parts)).toMatchObject({ liveness: 'unknown', state: null, proof })
  })

  it.each<[string, JobEvidence[]]>([
    ['running without high availability at a JobManager that answers', [seen('RUNNING', true)]],
    ['to its end', [seen('CANCELED', false)]],
  ])('ends a job that was seen %s', (_, evidence) => {
    expect(know({ evidence }).liveness).toBe('terminated')
  })

  it('ends a job of which nothing is stored only by what a look saw of it', () => {
    const trees = new Map()
    expect(know({ trees, evidence: [seen('RUNNING', true)] }).liveness).toBe('terminated')
    expect(know({ trees, evidence: [seen('RUNNING', false)] }).liveness).toBe('unknown')
    expect(
      know({ trees, evidence: [{ jobId: A, source: 'journal', where: 'the journal', name: 'sales', restoredFrom: 'x' }] }).liveness,
    ).toBe('unknown')
  })

  it('ends a job that a person gave up, whatever high availability it had, but not one that writes', () => {
    const evidence = [seen('RUNNING', false)]
    expect(know({ evidence, givenUp: [A] }).liveness).toBe('terminated')
    expect(know({ evidence, givenUp: [B] }).liveness).toBe('unknown')
    expect(know({ evidence, givenUp: [A], tree: { ...IDLE, newestWriteMs: NOW } }).liveness).toBe('unknown')
  })
})

describe('treesByJob', () => {
  const tree = (name: string, newestWriteMs: number, id = A) => ({ directory: at(`${name}/${id}`), jobId: id, newestWriteMs })

  it('joins the directories of one id: the newest write, and whether all lie below the roots', () => {
    const trees = [tree('checkpoints', 1), tree('changelog', 5), tree('checkpoints', 3, B), tree('elsewhere', 2, B)]
    expect(treesByJob(trees, [at('checkpoints'), at('changelog')])).toEqual(
      new Map([
        [A, { newestWriteMs: 5, areBelowRoots: true }],
        [B, { newestWriteMs: 3, areBelowRoots: false }],
      ]),
    )
  })
})

describe('an end', () => {
  const word = fc.record({
    jobId: fc.constant(A),
    source: fc.constantFrom('cluster' as const, 'history' as const),
    where: fc.constantFrom(JM, 'http://old:8081'),
    state: fc.constantFrom('RUNNING', 'SUSPENDED', 'CANCELED', 'FAILED'),
    startedAtMs: fc.constantFrom(NOW - 500 * HOUR, NOW - 100 * HOUR),
    endedAtMs: fc.constantFrom(null, NOW - 90 * HOUR, NOW - 400 * HOUR),
  })
  const sighting = fc.record({ state: fc.constantFrom('RUNNING', 'CANCELED'), isHaOff: fc.constantFrom(true, false, null) })
  const looksOf = fc.array(
    sighting.map(({ state, isHaOff }) => seen(state, isHaOff)),
    { maxLength: 1 },
  )
  const tree = fc.record({ newestWriteMs: fc.constantFrom(NOW, NOW - 80 * HOUR, NOW - 450 * HOUR), areBelowRoots: fc.boolean() })

  it('is proven by no evidence that is missing: what a cluster, storage or the configuration does not tell ends nothing', () => {
    fc.assert(
      fc.property(fc.array(word), looksOf, tree, fc.boolean(), fc.boolean(), (words, looks, facts, exclusive, answered) => {
        const whole = { evidence: [...words, ...looks], tree: facts, exclusive, allClustersAnswered: answered }
        if (know(whole).liveness === 'terminated') return
        const without: Parameters<typeof know>[0][] = [
          { ...whole, exclusive: false },
          { ...whole, allClustersAnswered: false },
          { ...whole, evidence: [...words, ...looks.map((one) => seen(one.sighting?.state ?? '', null))] },
          { ...whole, tree: { ...facts, areBelowRoots: false } },
        ]
        // What storage does not show is no evidence that is missing: a listing has no gaps. Of what nobody ever saw, too, it proves nothing.
        if (words.length + looks.length === 0) without.push({ ...whole, trees: new Map() })
        for (const less of without) expect(know(less).liveness).not.toBe('terminated')
      }),
    )
  })

  it('is never that of a job which a cluster says has not ended', () => {
    fc.assert(
      fc.property(fc.array(word), looksOf, tree, fc.boolean(), (words, looks, facts, exclusive) => {
        const alive = words.some((one) => one.source === 'cluster' && ['RUNNING', 'SUSPENDED'].includes(one.state))
        expect(know({ evidence: [...words, ...looks], tree: facts, exclusive }).liveness === 'running').toBe(alive)
      }),
    )
  })
})
