import { describe, expect, it } from 'vitest'
import { doubtReusedIds, knowJobs } from '../../../src/lib/state/jobs.js'
import { checkpoint, job, jobsOf, running, savepoint } from '../../support/builders.js'

const JOB = 'a'.repeat(32)
const ENDED = Date.parse('2026-11-01T00:00:00Z')
const MINUTE = 60_000

function livenessWith(completedAtMs: number, kind = 'checkpoint', etag: string | null = '0x1') {
  const evidence = [{ jobId: JOB, source: 'history' as const, where: 'the history directory', state: 'CANCELED', endedAtMs: ENDED }]
  const jobs = knowJobs({ evidence, jobIds: [JOB], exclusive: true, allClustersAnswered: true })
  doubtReusedIds(jobs, [{ jobId: JOB, kind, etag, completedAtMs }])
  return jobs.get(JOB)?.liveness
}

describe('doubtReusedIds', () => {
  it('believes an end that nothing follows', () => {
    expect(livenessWith(ENDED - MINUTE)).toBe('terminated')
    expect(livenessWith(ENDED + 4 * MINUTE)).toBe('terminated')
  })

  it('doubts an end when a checkpoint of the same job id was completed after it', () => {
    expect(livenessWith(ENDED + 6 * MINUTE)).toBe('unknown')
  })

  it('tolerates clocks that are five minutes apart, and no more', () => {
    expect(livenessWith(ENDED + 5 * MINUTE)).toBe('terminated')
    expect(livenessWith(ENDED + 5 * MINUTE + 1)).toBe('unknown')
  })

  it('says what makes it doubt', () => {
    const jobs = jobsOf(job(JOB, { endedAtMs: ENDED }))
    doubtReusedIds(jobs, [checkpoint(JOB, 1, { completedAtMs: ENDED + 6 * MINUTE })])
    const proof = 'CANCELED by http://jm:8081, but its tree holds a later checkpoint: the job id was used again'
    expect(jobs.get(JOB)).toEqual(job(JOB, { endedAtMs: ENDED, liveness: 'unknown', proof }))
  })

  it.each([
    ['an end of which nobody knows when it was', job(JOB)],
    ['a running job', running(JOB, { endedAtMs: ENDED })],
  ])('leaves %s as it is', (_, known) => {
    const jobs = jobsOf(known)
    doubtReusedIds(jobs, [checkpoint(JOB, 1, { completedAtMs: ENDED + 6 * MINUTE }), savepoint(JOB, 1, { jobId: null })])
    expect(jobs).toEqual(jobsOf(known))
  })

  it('takes neither a savepoint nor a directory without _metadata for a sign of life', () => {
    expect(livenessWith(ENDED + 6 * MINUTE, 'savepoint')).toBe('terminated')
    expect(livenessWith(ENDED + 6 * MINUTE, 'checkpoint', null)).toBe('terminated')
  })
})
