import { describe, expect, it } from 'vitest'
import { doubtReusedIds, knowJobs } from '../../../src/lib/state/jobs.js'

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

  it('takes neither a savepoint nor a directory without _metadata for a sign of life', () => {
    expect(livenessWith(ENDED + 6 * MINUTE, 'savepoint')).toBe('terminated')
    expect(livenessWith(ENDED + 6 * MINUTE, 'checkpoint', null)).toBe('terminated')
  })
})
