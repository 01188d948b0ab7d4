import { describe, expect, it } from 'vitest'
import { pendingRestores, snapshotsInUse } from '../../../src/lib/state/in-use.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import {
  checkpoint,
  checkpointDirectory,
  HOUR,
  job,
  jobId,
  jobsOf,
  keyAt,
  NOW,
  running,
  savepoint,
  savepointDirectory,
  uri,
} from '../../support/builders.js'

const A = jobId(0xa)
const B = jobId(0xb)
const RESTORED = savepointDirectory(A, 1)
const restored = savepoint(A, 1, { completedAtMs: NOW - 5 * HOUR })
const own = checkpoint(B, 7, { completedAtMs: NOW - HOUR })
const latest = { path: uri(checkpointDirectory(B, 7)), completedAtMs: NOW - HOUR }

function isInUse(known: KnownJob, ...snapshots: (typeof own)[]): boolean {
  return snapshotsInUse(jobsOf(known), [restored, ...snapshots]).has(keyAt(RESTORED))
}

describe('snapshotsInUse', () => {
  it('protects what a job was restored from until the job has a newer checkpoint of its own', () => {
    const started = running(B, { restoredFrom: uri(RESTORED) })
    expect(isInUse(started)).toBe(true)
    expect(isInUse({ ...started, latestCompleted: latest }, own)).toBe(false)
    expect(isInUse({ ...started, latestCompleted: latest }, { ...own, completeness: 'broken' })).toBe(true)
    expect(isInUse({ ...started, latestCompleted: latest }, { ...own, completedAtMs: NOW - 6 * HOUR })).toBe(true)
  })

  it.each([
    ['another job’s checkpoint', checkpoint(A, 7, { completedAtMs: NOW - HOUR })],
    ['a savepoint of its own', savepoint(B, 7, { completedAtMs: NOW - HOUR })],
    ['a checkpoint of the same second', { ...own, completedAtMs: restored.completedAtMs }],
  ])('does not take %s for a newer checkpoint', (_, other) => {
    expect(isInUse(running(B, { restoredFrom: uri(RESTORED), latestCompleted: latest }), other)).toBe(true)
  })

  it('protects what only the list of snapshots calls restored, as long as the job has no newer one', () => {
    const started = running(B, { named: [{ path: uri(RESTORED), as: 'restored' }] })
    expect(isInUse(started)).toBe(true)
    expect(isInUse({ ...started, latestCompleted: latest }, own)).toBe(false)
  })

  it('does not take checkpoints of an earlier run under the same job id for newer ones of a running job', () => {
    const started = running(B, { restoredFrom: uri(RESTORED) })
    expect(isInUse(started, own)).toBe(true)
    const failedOver = {
      ...started,
      named: [{ path: uri(RESTORED), as: 'restored' as const }],
      latestCompleted: { ...latest, path: uri(RESTORED) },
    }
    expect(isInUse(failedOver, own)).toBe(true)
  })

  it('goes by storage alone for a job of which no cluster speaks', () => {
    const unknown = job(B, { liveness: 'unknown', restoredFrom: uri(RESTORED) })
    expect(isInUse(unknown)).toBe(true)
    expect(isInUse(unknown, own)).toBe(false)
  })

  it.each(['completed', 'savepoint', 'retained'] as const)('protects what a job that has not ended names as %s', (as) => {
    const named = [{ path: `${uri(RESTORED)}/_metadata`, as }]
    expect(isInUse(running(B, { named, latestCompleted: latest }), own)).toBe(true)
    expect(isInUse(job(B, { liveness: 'unknown', named }))).toBe(true)
    expect(isInUse(job(B, { named }))).toBe(false)
  })

  it('says who uses it and why', () => {
    const why = snapshotsInUse(jobsOf(running(B, { name: 'sales', restoredFrom: uri(RESTORED) })), [restored]).get(keyAt(RESTORED))
    expect(why).toBe('sales was restored from it and has no newer checkpoint yet')
    const named = snapshotsInUse(jobsOf(running(B, { named: [{ path: uri(RESTORED), as: 'savepoint' }] })), [])
    expect([...named]).toEqual([[keyAt(RESTORED), 'bbbbbbbb has not ended and names it']])
  })

  it('overlooks paths that lie elsewhere', () => {
    expect(snapshotsInUse(jobsOf(running(B, { restoredFrom: 's3://b/x' })), []).size).toBe(0)
  })
})

it('names a pending restore once, though the cluster and the journal both tell of it', () => {
  const known = running(B, { restoredFrom: uri(RESTORED), named: [{ path: `${uri(RESTORED)}/`, as: 'restored' }] })
  expect(pendingRestores(known, [])).toEqual([keyAt(RESTORED)])
})

it('takes a checkpoint that the job completed for no restore point', () => {
  expect(pendingRestores(running(B, { named: [{ path: uri(RESTORED), as: 'completed' }] }), [])).toEqual([])
})
