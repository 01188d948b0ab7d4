import { describe, expect, it } from 'vitest'
import { holdsOfClaims, suspectClaims } from '../../../src/lib/state/claims.js'
import type { JobEvidence } from '../../../src/lib/state/evidence.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { at, checkpointDirectory, job, jobId, jobsOf, metadata, running, surveyOf, uri } from '../../support/builders.js'
import { A, B, file, OLD, own } from './plan-of.js'

const LAST = uri(checkpointDirectory(A, 9))

function ended(parts: Partial<JobEvidence> = {}): JobEvidence {
  const left = { path: LAST, isDiscarded: false, isDeletedAtEnd: null }
  return { jobId: A, source: 'cluster', where: 'http://jm:8081', state: 'CANCELED', left, ...parts }
}

const left = (parts: Partial<NonNullable<JobEvidence['left']>>) => ({
  left: { path: LAST, isDiscarded: null, isDeletedAtEnd: null, ...parts },
})
const survey = surveyOf([file(own(9))])

describe('suspectClaims', () => {
  it.each<[string, JobEvidence[], KnownJob[], boolean]>([
    ['cancelled job', [ended()], [job(A)], true],
    ['failed job', [ended({ state: 'FAILED' })], [job(A)], true],
    ['job of which only the history tells', [ended({ source: 'history', ...left({}) })], [job(A)], true],
    ['finished job, of which a stop deletes them', [ended({ state: 'FINISHED' })], [job(A)], false],
    ['job that runs', [ended()], [running(A)], false],
    ['job whose id may run again', [ended()], [job(A, { liveness: 'unknown' })], false],
    ['job that never completed one', [ended({ left: null })], [job(A)], false],
    ['job whose Flink discarded it', [ended(left({ isDiscarded: true }))], [job(A)], false],
    ['job of which one of two says so', [ended(), ended({ source: 'history', ...left({ isDiscarded: true }) })], [job(A)], false],
    ['job whose retention deletes it', [ended(left({ isDeletedAtEnd: true }))], [job(A)], false],
    ['job whose checkpoint a known one was restored from', [ended()], [job(A), running(B, { restoredFrom: `${LAST}/_metadata` })], false],
    [
      'job from whose older checkpoint a known one was restored',
      [ended()],
      [job(A), running(B, { restoredFrom: uri(checkpointDirectory(A, 8)) })],
      true,
    ],
    ['job that itself was restored from it, in a failover', [ended()], [job(A, { restoredFrom: LAST })], true],
    [
      'job whose claimer writes where nobody looks',
      [ended()],
      [
        job(A),
        job(B, { restoredFrom: LAST, latestCompleted: { path: `wasbs://other@acct.blob.core.windows.net/${B}/chk-1`, completedAtMs: 1 } }),
      ],
      true,
    ],
    [
      'job whose checkpoint lies where nobody looks',
      [ended(left({ path: `wasbs://other@acct.blob.core.windows.net/${A}/chk-9` }))],
      [job(A)],
      false,
    ],
  ])('of a %s', (_, evidence, jobs, isSuspect) => {
    expect(suspectClaims(evidence, survey, jobsOf(...jobs)).some((one) => one.jobId === A)).toBe(isSuspect)
  })

  it('suspects nothing while the checkpoint is there, and does when only its files are', () => {
    const there = surveyOf([metadata(checkpointDirectory(A, 9), [], OLD)])
    expect(suspectClaims([ended()], there, jobsOf(job(A)))).toEqual([])
    expect(suspectClaims([ended()], survey, jobsOf(job(A)))).toHaveLength(1)
  })
})

describe('holdsOfClaims', () => {
  const suspect = { jobId: A, path: LAST, directory: at(checkpointDirectory(A, 9)), where: 'http://jm:8081', state: 'CANCELED' }

  it('holds the trees of the job, by its id and the one in the path, with who says so', () => {
    const holds = holdsOfClaims([{ ...suspect, jobId: B }], new Set())
    expect([...holds.keys()]).toEqual([B, A])
    expect(holds.get(A)).toEqual({
      reason: 'claimed',
      detail: `http://jm:8081 says that its job was CANCELED and left ${LAST}, which is gone: another job may have claimed it`,
    })
  })

  it('holds nothing of a job that a person gave up', () => {
    expect(holdsOfClaims([suspect], new Set([A])).size).toBe(0)
    expect(holdsOfClaims([suspect], new Set([jobId(0xd)])).size).toBe(1)
  })
})
