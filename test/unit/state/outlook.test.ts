import { describe, expect, it } from 'vitest'
import { outlookOf } from '../../../src/lib/state/outlook.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import { chainsOf, checkpoint, checkpointDirectory, HOUR, job, jobId, jobsOf, NOW, running, uri } from '../../support/builders.js'

const [A, B] = [jobId(1), jobId(2)]

function newestOf(jobs: ReturnType<typeof jobsOf>, snapshots: Snapshot[]) {
  return outlookOf(jobs, snapshots, chainsOf(jobs, snapshots)).map(({ name, newest, restorable }) => [
    name,
    newest?.checkpointId ?? null,
    restorable,
  ])
}

describe('what a running job could be brought back from', () => {
  it('is the newest that is whole; broken ones and those of others do not count', () => {
    const snapshots = [
      checkpoint(A, 7, { completedAtMs: NOW - HOUR }),
      checkpoint(A, 8, { completedAtMs: NOW, completeness: 'broken' }),
      checkpoint(A, 6, { completedAtMs: NOW - 2 * HOUR }),
      checkpoint(B, 99, { completedAtMs: NOW }),
    ]
    expect(newestOf(jobsOf(running(A, { name: 'sales' }), running(B, { name: 'orders' })), snapshots)).toEqual([
      ['orders', 99, 1],
      ['sales', 7, 2],
    ])
  })

  it('may be of the run before, as long as this one has none', () => {
    const snapshots = [checkpoint(A, 7)]
    const jobs = jobsOf(job(A, { name: null }), running(B, { name: 'sales', restoredFrom: uri(checkpointDirectory(A, 7)) }))
    expect(newestOf(jobs, snapshots)).toEqual([['sales', 7, 1]])
  })

  it('is nothing when nothing whole lies there; ended jobs are not asked', () => {
    const jobs = jobsOf(running(A, { name: 'sales' }), job(B, { name: 'gone', liveness: 'terminated' }))
    expect(newestOf(jobs, [checkpoint(B, 1), checkpoint(A, 1, { completeness: 'unreadable' })])).toEqual([['sales', null, 0]])
  })
})
