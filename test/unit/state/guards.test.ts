import { describe, expect, it } from 'vitest'
import { planGuards } from '../../../src/lib/state/guards.js'
import type { PlannedDelete } from '../../../src/lib/state/plan.js'
import {
  at,
  checkpoint,
  checkpointDirectory,
  HOUR,
  job,
  jobId,
  keyAt,
  NOW,
  running,
  savepoint,
  savepointDirectory,
  snapshot,
  storedBlob,
  surveyOf,
  uri,
} from '../../support/builders.js'
import { type Given, guardOf } from './guard-of.js'

const A = jobId(0xa)
const B = jobId(0xb)

const latest = (id: number, completedAtMs = NOW - HOUR) => ({ path: uri(checkpointDirectory(A, id)), completedAtMs })
const broken = { completeness: 'broken', missing: 1, missingAbsolute: 1 } as const

describe('planGuards', () => {
  it('puts the guards of others first and answers every one of its own', () => {
    const other = { name: 'cluster', status: 'warn', message: 'm', override: null } as const
    const input = { decisions: [], roots: [], graceMs: 0, maxShare: 1, guards: [other], survey: surveyOf([]), jobs: new Map() }
    const names = ['cluster', 'roots', 'metadata', 'hit-rate', 'newest-checkpoint', 'restore-points', 'stable-listing', 'share']
    expect(planGuards(input, []).map((one) => one.name)).toEqual(names)
  })

  it.each<[string, Given, 'ok' | 'refuse']>([
    ['roots', {}, 'ok'],
    ['roots', { input: { roots: [] } }, 'refuse'],
    ['metadata', {}, 'ok'],
    ['metadata', { survey: { unreadable: [{ directory: at('x'), etag: 'e', problem: 'odd' }] } }, 'refuse'],
    ['stable-listing', {}, 'ok'],
    ['stable-listing', { survey: { isStable: false } }, 'refuse'],
  ])('answers %s for %j with %s', (name, given, status) => {
    expect(guardOf(name, given).status).toBe(status)
  })

  it.each<[string, Given, 'ok' | 'refuse']>([
    ['the newest of a job misses a file', { snapshots: [checkpoint(A, 1), checkpoint(A, 2, { ...broken, completedAtMs: NOW })] }, 'refuse'],
    ['the newest of two in one second misses a file', { snapshots: [checkpoint(A, 9), checkpoint(A, 10, broken)] }, 'refuse'],
    ['an older one misses a file', { snapshots: [checkpoint(A, 1, { ...broken, completedAtMs: NOW - 9 * HOUR }), checkpoint(A, 2)] }, 'ok'],
    [
      'an older one that is listed later misses a file',
      { snapshots: [checkpoint(A, 2), checkpoint(A, 1, { ...broken, completedAtMs: NOW - 9 * HOUR })] },
      'ok',
    ],
    ['only relative files are missing', { snapshots: [checkpoint(A, 1, { ...broken, missingAbsolute: 0 })] }, 'ok'],
    [
      'a later job was restored from its tree',
      { snapshots: [checkpoint(A, 1, broken)], jobs: [running(B, { restoredFrom: uri(checkpointDirectory(A, 7)) })] },
      'ok',
    ],
    [
      'the job was restored from its own tree',
      { snapshots: [checkpoint(A, 1, broken)], jobs: [running(A, { restoredFrom: uri(checkpointDirectory(A, 7)) })] },
      'refuse',
    ],
  ])('asks whether paths are understood when %s', (_, given, status) => {
    expect(guardOf('hit-rate', given).status).toBe(status)
  })

  it.each<[string, Given, 'ok' | 'refuse']>([
    ['it was read', { snapshots: [checkpoint(A, 5)], jobs: [running(A, { latestCompleted: latest(5) })] }, 'ok'],
    [
      'it was read among others',
      { snapshots: [checkpoint(A, 4), checkpoint(A, 5)], jobs: [running(A, { latestCompleted: latest(5) })] },
      'ok',
    ],
    ['it was not read', { snapshots: [checkpoint(A, 4)], jobs: [running(A, { latestCompleted: latest(5) })] }, 'refuse'],
    ['it lies nowhere here', { jobs: [running(A, { latestCompleted: { path: 's3://b/chk-5', completedAtMs: NOW } })] }, 'refuse'],
    [
      'it was unreadable',
      { snapshots: [checkpoint(A, 5, { completeness: 'unreadable' })], jobs: [running(A, { latestCompleted: latest(5) })] },
      'refuse',
    ],
    [
      'it is being written',
      { snapshots: [checkpoint(A, 5, { completeness: 'writing' })], jobs: [running(A, { latestCompleted: latest(5) })] },
      'refuse',
    ],
    [
      'it has no _metadata',
      { snapshots: [checkpoint(A, 5, { etag: null })], jobs: [running(A, { latestCompleted: latest(5) })] },
      'refuse',
    ],
    [
      'one of its id lies elsewhere',
      { snapshots: [snapshot(`other/${A}/chk-5`)], jobs: [running(A, { latestCompleted: latest(5) })] },
      'refuse',
    ],
    [
      'it is no checkpoint, and a checkpoint was read',
      {
        snapshots: [checkpoint(A, 6)],
        jobs: [running(A, { latestCompleted: { path: uri(savepointDirectory(A, 1)), completedAtMs: NOW - HOUR } })],
      },
      'refuse',
    ],
    ['a newer one took its place', { snapshots: [checkpoint(A, 6)], jobs: [running(A, { latestCompleted: latest(5) })] }, 'ok'],
    [
      'an older one was written later by the storage’s clock',
      { snapshots: [checkpoint(A, 4, { completedAtMs: NOW })], jobs: [running(A, { latestCompleted: latest(5) })] },
      'refuse',
    ],
    [
      'a newer one was written earlier by the storage’s clock',
      { snapshots: [checkpoint(A, 6, { completedAtMs: NOW - HOUR - 60_000 })], jobs: [running(A, { latestCompleted: latest(5) })] },
      'ok',
    ],
    [
      'a newer one was written five minutes earlier',
      { snapshots: [checkpoint(A, 6, { completedAtMs: NOW - HOUR - 300_000 })], jobs: [running(A, { latestCompleted: latest(5) })] },
      'refuse',
    ],
    [
      'a higher id is left of an earlier run',
      { snapshots: [checkpoint(A, 20, { completedAtMs: NOW - 9 * HOUR })], jobs: [running(A, { latestCompleted: latest(5) })] },
      'refuse',
    ],
    ['another job’s newer one is there', { snapshots: [checkpoint(B, 6)], jobs: [running(A, { latestCompleted: latest(5) })] }, 'refuse'],
    ['the job has ended', { jobs: [job(A, { latestCompleted: latest(5) })] }, 'ok'],
  ])('asks for a running job’s newest checkpoint: %s', (_, given, status) => {
    expect(guardOf('newest-checkpoint', given).status).toBe(status)
  })

  const restored = running(A, { restoredFrom: uri(savepointDirectory(B, 1)) })
  it.each<[string, Given, 'ok' | 'refuse']>([
    ['it was read', { snapshots: [savepoint(B, 1)], jobs: [restored] }, 'ok'],
    ['it was not read', { jobs: [restored] }, 'refuse'],
    ['it was unreadable', { snapshots: [savepoint(B, 1, { completeness: 'unreadable' })], jobs: [restored] }, 'refuse'],
    ['it lies in another container', { jobs: [running(A, { restoredFrom: 'wasbs://other@acct.blob.core.windows.net/chk-1' })] }, 'refuse'],
    ['it lies in another storage', { jobs: [running(A, { restoredFrom: 's3://b/chk-1' })] }, 'ok'],
    [
      'it is gone, and the job has a checkpoint of its own',
      { snapshots: [checkpoint(A, 5)], jobs: [{ ...restored, latestCompleted: latest(5) }] },
      'ok',
    ],
    ['it is gone, and the job has ended', { jobs: [{ ...restored, liveness: 'terminated' }] }, 'ok'],
  ])('asks for what a running job was restored from: %s', (_, given, status) => {
    expect(guardOf('restore-points', given).status).toBe(status)
  })

  it('refuses a plan that sweeps more than the share, with the flag that would let it', () => {
    const swept: PlannedDelete[] = [{ blob: storedBlob('x', { sizeBytes: 311 }), reason: 'orphan', after: [] }]
    const survey = { totals: { blobs: 2, bytes: 1000 } }
    expect(guardOf('share', { swept, survey })).toMatchObject({ status: 'refuse', override: '--max-share 32%' })
    expect(guardOf('share', { swept, survey, input: { maxShare: 0.32 } }).status).toBe('ok')
    expect(guardOf('share', { survey: { totals: { blobs: 0, bytes: 0 } } }).status).toBe('ok')
  })

  it('does not count against the share what an earlier run was confirmed to delete', () => {
    const swept: PlannedDelete[] = [{ blob: storedBlob('x', { sizeBytes: 400, etag: '0x1' }), reason: 'orphan', after: [] }]
    const given = (etag: string): Given => ({
      swept,
      survey: { totals: { blobs: 2, bytes: 1000 } },
      input: { confirmed: new Set([`${keyAt('x')}#${etag}`]) },
    })
    expect([guardOf('share', given('0x1')).status, guardOf('share', given('0x2')).status]).toEqual(['ok', 'refuse'])
  })
})
