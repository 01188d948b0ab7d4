import { describe, expect, it } from 'vitest'
import type { JobEvidence } from '../../../src/lib/state/evidence.js'
import { knowJobs } from '../../../src/lib/state/jobs.js'
import type { JobTrees } from '../../../src/lib/state/silence.js'

const JOB = 'a'.repeat(32)
const ENDED = Date.parse('2026-11-01T00:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const HISTORY: JobEvidence = { jobId: JOB, source: 'history', where: 'the history directory', state: 'CANCELED', endedAtMs: ENDED }
const SILENCE = { answered: ['http://jm'], nowMs: ENDED + 100 * HOUR, graceMs: 72 * HOUR }

function know(newestWriteMs: number | null, parts: { evidence?: JobEvidence[]; exclusive?: boolean } = {}) {
  const { evidence = [HISTORY], exclusive = false } = parts
  const trees = new Map(newestWriteMs === null ? [] : [[JOB, { newestWriteMs, areBelowRoots: true }]])
  const job = knowJobs({ evidence, jobIds: [JOB], exclusive, allClustersAnswered: true, trees, silence: SILENCE }).get(JOB)
  if (job === undefined) throw new Error('the job is not known')
  return job
}

describe('an end', () => {
  it.each([false, true])('is believed when nothing was written later, with exclusive roots (%s) as well', (exclusive) => {
    expect(know(ENDED - MINUTE, { exclusive }).liveness).toBe('terminated')
    expect(know(ENDED + 4 * MINUTE, { exclusive }).liveness).toBe('terminated')
    expect(know(null, { exclusive }).liveness).toBe('terminated')
  })

  it.each([false, true])('is doubted when any file of the tree was written later, with exclusive roots (%s) as well', (exclusive) => {
    expect(know(ENDED + 50 * HOUR, { exclusive })).toMatchObject({
      liveness: 'unknown',
      state: 'CANCELED',
      proof: 'CANCELED by the history directory, but its directory was written to later: the job id was used again',
    })
  })

  it('is doubted of a cluster as well, of a fixed id by any file, of another by a checkpoint', () => {
    const shown: JobEvidence = { ...HISTORY, source: 'cluster', where: 'http://jm' }
    const livenessOf = (jobId: string, tree: Partial<JobTrees>) => {
      const trees = new Map([[jobId, { newestWriteMs: ENDED + HOUR, areBelowRoots: true, ...tree }]])
      const evidence = [{ ...shown, jobId }]
      return knowJobs({ evidence, jobIds: [jobId], exclusive: false, allClustersAnswered: true, trees, silence: SILENCE }).get(jobId)
        ?.liveness
    }
    expect(livenessOf(JOB, {})).toBe('terminated')
    expect(livenessOf(JOB, { newestCheckpointMs: ENDED - HOUR })).toBe('terminated')
    expect(livenessOf(JOB, { newestCheckpointMs: ENDED + HOUR })).toBe('unknown')
    expect(livenessOf('0'.repeat(32), {})).toBe('unknown')
  })

  it.each(['0'.repeat(32), `ffffffff${'1'.repeat(24)}`])(
    'of the fixed id %s is doubted by whatever was written right after it',
    (jobId) => {
      const livenessOf = (newestWriteMs: number) => {
        const trees = new Map([[jobId, { newestWriteMs, areBelowRoots: true }]])
        const evidence = [{ ...HISTORY, jobId }]
        return knowJobs({ evidence, jobIds: [jobId], exclusive: false, allClustersAnswered: true, trees, silence: SILENCE }).get(jobId)
          ?.liveness
      }
      expect([ENDED - 1, ENDED, ENDED + 1, ENDED + MINUTE].map(livenessOf)).toEqual(['terminated', 'terminated', 'unknown', 'unknown'])
    },
  )

  it('tolerates clocks that are five minutes apart, and no more', () => {
    expect(know(ENDED + 5 * MINUTE).liveness).toBe('terminated')
    expect(know(ENDED + 5 * MINUTE + 1).liveness).toBe('unknown')
  })

  it('is that of the later run, too, where nobody knows one and nothing was written for the grace period', () => {
    expect(know(ENDED + 28 * HOUR, { exclusive: true })).toMatchObject({ liveness: 'terminated', state: null })
    expect(know(ENDED + 28 * HOUR + 1, { exclusive: true }).liveness).toBe('unknown')
    expect(know(ENDED + 28 * HOUR).liveness).toBe('unknown')
  })

  it('is none of a run that a look saw begin later', () => {
    const seen = (state: string, startedAtMs: number): JobEvidence => ({
      jobId: JOB,
      source: 'journal',
      where: 'http://jm',
      sighting: { state, startedAtMs, isHaOff: true },
    })
    expect(know(ENDED, { evidence: [HISTORY, seen('RUNNING', ENDED + 1)] })).toMatchObject({
      liveness: 'unknown',
      proof: 'CANCELED by the history directory, but http://jm had it RUNNING later: the job id was used again',
    })
    expect(know(ENDED, { evidence: [HISTORY, seen('RUNNING', ENDED - 1)] }).liveness).toBe('terminated')
    expect(know(ENDED, { evidence: [HISTORY, seen('CANCELED', ENDED + 1)] }).liveness).toBe('terminated')
  })

  it.each([
    ['an end of which nobody knows when it was', [{ ...HISTORY, endedAtMs: null }], 'terminated'],
    ['a running job', [HISTORY, { ...HISTORY, source: 'cluster' as const, state: 'RUNNING' }], 'running'],
  ])('of %s is left as it is', (_, evidence, liveness) => {
    expect(know(ENDED + HOUR, { evidence }).liveness).toBe(liveness)
  })
})
