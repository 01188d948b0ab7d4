import { describe, expect, it } from 'vitest'
import { attribute } from '../../../src/lib/state/attribute.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import {
  checkpoint,
  HOUR,
  job,
  jobId,
  jobsOf,
  NOW,
  operatorsOf,
  running,
  savepoint,
  savepointDirectory,
  snapshot,
  uri,
} from '../../support/builders.js'

const A = jobId(0xa)
const B = jobId(0xb)

function attributed(snapshots: Snapshot[], jobs: KnownJob[], allClustersAnswered = true): Snapshot[] {
  return attribute({ snapshots, jobs: jobsOf(...jobs), nowMs: NOW, allClustersAnswered })
}

const operators = operatorsOf('source', 'count')
const alike = savepoint(A, 1, { jobId: null, operators })
const unfinished = { etag: null, completeness: 'incomplete', completedAtMs: NOW - 20 * 60_000 } as const
const justTooOld = { ...unfinished, completedAtMs: NOW - 15 * 60_000 }
const young = { ...unfinished, completedAtMs: NOW - 60_000 }

describe('attribute', () => {
  it('gives a savepoint to the job that names it, else to the only job with its digits that has state of the same operators', () => {
    const foreign = savepoint(A, 1, { jobId: null })
    expect(attributed([foreign], [job(A), job(B, { named: [{ path: uri(savepointDirectory(A, 1)), as: 'savepoint' }] })])[0]?.jobId).toBe(B)
    expect(attributed([alike, checkpoint(A, 5, { operators })], [job(A), job(B)])[0]?.jobId).toBe(A)
  })

  it.each([
    ['its job has no snapshot to compare it with', []],
    ['its job has state of other operators', [checkpoint(A, 5, { operators: operatorsOf('source', 'join') })]],
    ['nothing is known of the operators of its job', [checkpoint(A, 5)]],
  ])('gives a savepoint to nobody by its six digits when %s', (_, others) => {
    expect(attributed([alike, ...others], [job(A), job(B)])[0]?.jobId).toBeNull()
  })

  it.each(['000000', 'ffffff'])('gives a savepoint to nobody by the digits %s, which all ids of application mode begin with', (digits) => {
    const fixed = digits.padEnd(32, '7')
    const one = savepoint(fixed, 1, { jobId: null, operators })
    expect(attributed([one, checkpoint(fixed, 5, { operators })], [job(fixed)])[0]?.jobId).toBeNull()
  })

  it('gives a savepoint to nobody when two jobs share its prefix, or none has it', () => {
    const twin = `${A.slice(0, 31)}0`
    expect(attributed([savepoint(A, 1, { jobId: null })], [job(A), job(twin)])[0]?.jobId).toBeNull()
    expect(attributed([alike, checkpoint(A, 5, { operators })], [job(A), job(twin)])[0]?.jobId).toBeNull()
    expect(attributed([savepoint(A, 1, { jobId: null })], [job(B)])[0]?.jobId).toBeNull()
  })

  it('does not give a savepoint to the job that was restored from it', () => {
    const path = uri(savepointDirectory(A, 1))
    expect(attributed([savepoint(A, 1, { jobId: null })], [job(B, { named: [{ path, as: 'restored' }] })])[0]?.jobId).toBeNull()
  })

  it.each([
    ['a running job’s directory ahead of its newest checkpoint', 'writing', checkpoint(A, 6, unfinished), running(A)],
    ['a running job’s directory behind its newest checkpoint', 'incomplete', checkpoint(A, 4, unfinished), running(A)],
    ['one behind it that the cluster works on', 'writing', checkpoint(A, 4, unfinished), running(A, { inProgressIds: [4] })],
    ['an ended job’s directory', 'incomplete', checkpoint(A, 6, young), job(A)],
    ['an empty _metadata of a running job', 'writing', checkpoint(A, 6, { completeness: 'writing' }), running(A)],
    ['an empty _metadata of an ended job', 'incomplete', checkpoint(A, 6, { completeness: 'writing' }), job(A)],
    ['a running job’s young savepoint', 'writing', savepoint(A, 1, young), running(A)],
    ['a running job’s old leftover of a savepoint', 'incomplete', savepoint(A, 1, unfinished), running(A)],
    ['one that began just as long ago as one may take', 'incomplete', savepoint(A, 1, justTooOld), running(A)],
    ['a directory elsewhere of its newest checkpoint', 'incomplete', snapshot(`other/${A}/chk-5`, unfinished), running(A)],
    ['an unknown job’s young directory', 'incomplete', checkpoint(A, 6, young), job(A, { liveness: 'unknown' })],
  ] as const)('calls %s %s', (_, completeness, snapshot, known) => {
    const [found] = attributed([snapshot, checkpoint(A, 5)], [known])
    expect(found?.completeness).toBe(completeness)
  })

  it('calls a young directory of nobody or of an unasked cluster being written, and an old one a leftover', () => {
    const nobody = savepoint(B, 1, { ...young, jobId: null })
    expect(attributed([nobody], [])[0]?.completeness).toBe('writing')
    const unknown = job(A, { liveness: 'unknown' })
    expect(attributed([checkpoint(A, 6, young)], [unknown], false)[0]?.completeness).toBe('writing')
    expect(attributed([checkpoint(A, 6, { ...young, completedAtMs: NOW - HOUR })], [unknown], false)[0]?.completeness).toBe('incomplete')
    expect(attributed([checkpoint(A, 6, young)], [job(A)], false)[0]?.completeness).toBe('incomplete')
  })

  it('leaves finished snapshots as they are', () => {
    const broken = checkpoint(A, 4, { completeness: 'broken' })
    expect(attributed([broken, checkpoint(A, 9)], [running(A)]).map((one) => one.completeness)).toEqual(['broken', 'complete'])
  })
})
