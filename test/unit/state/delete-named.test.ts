import { describe, expect, it } from 'vitest'
import { decideNamed } from '../../../src/lib/state/delete-named.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import type { RetentionPolicy } from '../../../src/lib/state/policy.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import {
  chainsOf,
  checkpoint,
  checkpointDirectory,
  DAY,
  job,
  jobsOf,
  keyAt,
  NOW,
  policy,
  running,
  savepoint,
} from '../../support/builders.js'
import { A, OLD } from './decide.js'

const newest = checkpoint(A, 9, { completedAtMs: NOW })
const young = { completedAtMs: NOW - 1 }

/** What becomes of the first snapshot when it alone is named. */
function fate(one: Snapshot, known: KnownJob, rules: RetentionPolicy = policy(), others: Snapshot[] = [newest]) {
  const snapshots = [one, ...others]
  const jobs = jobsOf(known)
  const input = { snapshots, jobs, chains: chainsOf(jobs, snapshots), inUse: new Map(), policy: rules, nowMs: NOW }
  const decisions = decideNamed(input, new Set([keyAt(one.directory.name)]))
  const unnamed = { verdict: 'keep', reasons: [{ reason: 'not-asked', detail: 'it was not named' }] }
  expect(decisions.slice(1)).toEqual(others.map((snapshot) => ({ snapshot, ...unnamed })))
  return decisions[0]
}

describe('decideNamed', () => {
  it.each<[string, Snapshot, RetentionPolicy]>([
    ['a checkpoint, though no age was given', checkpoint(A, 1, OLD), policy()],
    ['a savepoint, though savepoints are left alone', savepoint(A, 1, OLD), policy()],
    ['a checkpoint younger than the limit', checkpoint(A, 1, young), policy({ checkpointsMs: DAY })],
    ['a savepoint younger than the limit', savepoint(A, 1, young), policy({ savepointsMs: DAY })],
    ['one that would expire anyhow', checkpoint(A, 1, OLD), policy({ checkpointsMs: DAY })],
  ])('lets %s go, and every other stay', (_, one, rules) => {
    const reasons = [{ reason: 'expired', detail: 'named for deletion' }]
    expect(fate(one, job(A), rules)).toMatchObject({ snapshot: one, verdict: 'expire', reasons })
  })

  it.each<[string, Snapshot, KnownJob, Partial<RetentionPolicy>, string[]]>([
    ['a pinned one', checkpoint(A, 1, young), job(A), { pins: new Set([keyAt(checkpointDirectory(A, 1))]) }, ['pinned']],
    ['a running job’s checkpoint', checkpoint(A, 1, young), running(A), {}, ['job-running']],
    ['an unreadable one', checkpoint(A, 1, { ...young, completeness: 'unreadable' }), job(A), {}, ['protected']],
    ['one that is being written', checkpoint(A, 1, { ...young, completeness: 'writing' }), running(A), {}, ['writing', 'job-running']],
  ])('keeps %s for what is stronger than its age', (_, one, known, rules, reasons) => {
    const kept = fate(one, known, policy({ checkpointsMs: DAY, ...rules }))
    expect([kept?.verdict, kept?.reasons.map(({ reason }) => reason)]).toEqual(['keep', reasons])
  })

  it('keeps the last of a job', () => {
    expect(fate(savepoint(A, 1, OLD), job(A), policy(), [])?.reasons.map(({ reason }) => reason)).toEqual(['last-of-lineage'])
  })
})
