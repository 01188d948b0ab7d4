import { describe, expect, it } from 'vitest'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import type { RetentionPolicy } from '../../../src/lib/state/policy.js'
import type { RetentionInput } from '../../../src/lib/state/retention.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import {
  checkpoint,
  checkpointDirectory,
  DAY,
  HOUR,
  job,
  keyAt,
  NOW,
  policy,
  running,
  savepoint,
  savepointDirectory,
  snapshot,
  uri,
} from '../../support/builders.js'
import { A, ALL, B, C, decide, fate, OLD } from './decide.js'

const newest = checkpoint(A, 99)

describe('retain', () => {
  it.each<[string, Snapshot, KnownJob, RetentionPolicy, Partial<RetentionInput>, string[]]>([
    ['an old one of an ended job', checkpoint(A, 1, OLD), job(A), ALL, {}, ['expired']],
    ['an old savepoint of an ended job', savepoint(A, 1, OLD), job(A), ALL, {}, ['expired']],
    ['an old savepoint of a running job', savepoint(A, 1, OLD), running(A), ALL, {}, ['expired']],
    ['a broken one', checkpoint(A, 1, { ...OLD, completeness: 'broken' }), job(A), ALL, {}, ['expired']],
    ['a pinned one', checkpoint(A, 1, OLD), job(A), { ...ALL, pins: new Set([keyAt(checkpointDirectory(A, 1))]) }, {}, ['pinned']],
    ['one in use', checkpoint(A, 1, OLD), job(A), ALL, { inUse: new Map([[keyAt(checkpointDirectory(A, 1)), 'why']]) }, ['in-use']],
    [
      'one that an open maintenance window names',
      checkpoint(A, 1, OLD),
      job(A),
      ALL,
      { inWindow: new Map([[keyAt(checkpointDirectory(A, 1)), 'why']]) },
      ['window'],
    ],
    ['one being written', checkpoint(A, 1, { ...OLD, completeness: 'writing' }), job(A), ALL, {}, ['writing']],
    ['an unreadable one', checkpoint(A, 1, { ...OLD, completeness: 'unreadable' }), job(A), ALL, {}, ['protected']],
    ['one that was not asked for', checkpoint(A, 1, OLD), job(A), ALL, { only: new Set([B]) }, ['not-asked']],
    ['a checkpoint of a running job', checkpoint(A, 1, OLD), running(A), ALL, {}, ['job-running']],
    [
      'a checkpoint of an unknown job',
      checkpoint(A, 1, OLD),
      job(A, { liveness: 'unknown', retainsCheckpoints: true }),
      ALL,
      {},
      ['job-unknown'],
    ],
    [
      'a checkpoint of an unknown job of which nobody says that its newer one will stay',
      checkpoint(A, 1, OLD),
      job(A, { liveness: 'unknown' }),
      ALL,
      {},
      ['job-unknown', 'last-of-lineage'],
    ],
    [
      'a checkpoint whose path names no job',
      snapshot('root/chk-1', { ...OLD, jobId: null, completeness: 'broken' }),
      job(A),
      ALL,
      {},
      ['no-job'],
    ],
    ['a young one', checkpoint(A, 1, { completedAtMs: NOW - HOUR }), job(A), ALL, {}, ['too-young']],
    ['one just as old as the limit', checkpoint(A, 1, { completedAtMs: NOW - DAY }), job(A), ALL, {}, ['too-young']],
    ['a checkpoint without limit', checkpoint(A, 1, OLD), job(A), policy({ savepointsMs: DAY }), {}, ['no-age-limit']],
    ['a savepoint without limit', savepoint(A, 1, OLD), job(A), policy({ checkpointsMs: DAY }), {}, ['savepoints-left-alone']],
    [
      'everything that holds at once',
      checkpoint(A, 1, { completedAtMs: NOW }),
      running(A),
      ALL,
      {},
      ['job-running', 'last-of-lineage', 'too-young'],
    ],
  ])('decides about %s', (_, one, known, rules, parts, reasons) => {
    expect(fate([one, newest], [known], rules, parts)).toEqual(reasons)
  })

  it('says nothing of a directory without _metadata', () => {
    expect(decide([checkpoint(A, 1, { etag: null })], [job(A)])).toEqual([])
  })

  it('keeps the newest of a lineage whatever its age, and as many as asked', () => {
    const snapshots = [1, 2, 3].map((id) => checkpoint(A, id, { completedAtMs: NOW - (9 - id) * DAY }))
    const kept = (keepLast: number) =>
      decide(snapshots, [job(A)], { ...ALL, keepLast })
        .filter((one) => one.verdict === 'keep')
        .map((one) => one.snapshot.checkpointId)
    expect([kept(1), kept(2), kept(3), kept(0)]).toEqual([[3], [2, 3], [1, 2, 3], [3]])
  })

  it('keeps the higher checkpoint id of two in the same second', () => {
    const [early, late] = decide([checkpoint(A, 9, OLD), checkpoint(A, 10, OLD)], [job(A)])
    expect([early?.verdict, late?.verdict]).toEqual(['expire', 'keep'])
  })

  it('keeps the higher checkpoint id, too, where the times tell another order: a copied container', () => {
    const copiedFirst = checkpoint(A, 2, { completedAtMs: NOW - 30 * DAY })
    const copiedLast = checkpoint(A, 1, { completedAtMs: NOW - 29 * DAY })
    const older = checkpoint(A, 0, { completedAtMs: NOW - 31 * DAY })
    expect(decide([older, copiedLast, copiedFirst], [job(A)], ALL).map((one) => one.verdict)).toEqual(['expire', 'keep', 'keep'])
  })

  it('does not count one that cannot be restored as the last', () => {
    expect(fate([checkpoint(A, 1, OLD), checkpoint(A, 2, { completeness: 'broken' })], [job(A)])).toEqual(['last-of-lineage'])
  })

  it('keeps an ended run’s last checkpoint beside a newer run’s of the same name, until that is seen to go on from it', () => {
    const [ended, other] = [job(A, { name: 'n' }), running(B, { name: 'n' })]
    expect(fate([checkpoint(A, 1, OLD), checkpoint(B, 1)], [ended, other])).toEqual(['abandoned-tip'])
    const heir = running(B, { name: 'n', restoredFrom: uri(checkpointDirectory(A, 1)) })
    expect(fate([checkpoint(A, 1, OLD), checkpoint(B, 2)], [ended, heir])).toEqual(['expired'])
  })

  it('keeps the last of each of two jobs that were forked from one savepoint under different names', () => {
    const forked = { restoredFrom: uri(savepointDirectory(C, 1)) }
    const jobs = [job(A, { name: 'sales', ...forked }), running(B, { name: 'backfill', ...forked }), job(C, { name: 'sales' })]
    const snapshots = [checkpoint(A, 2, OLD), checkpoint(B, 2), savepoint(C, 1, OLD)]
    const [decision, , common] = decide(snapshots, jobs)
    expect(decision?.reasons).toEqual([{ reason: 'last-of-lineage', detail: 'last restore point of sales' }])
    expect(common?.verdict).toBe('expire')
  })

  it('keeps the newest savepoint of a running job from which another was restored that has a newer one', () => {
    const heir = running(B, { name: 'n', restoredFrom: uri(savepointDirectory(A, 1)) })
    expect(fate([savepoint(A, 1, OLD), checkpoint(B, 2)], [running(A, { name: 'n' }), heir])).toEqual(['last-of-lineage'])
    expect(fate([savepoint(A, 1, OLD), checkpoint(B, 2)], [job(A, { name: 'n' }), heir])).toEqual(['expired'])
  })

  it('gives up the last restore point of a job that --also-last names', () => {
    const rules = { ...ALL, alsoLast: new Set([A]) }
    expect(fate([checkpoint(A, 1, OLD)], [job(A)], rules)).toEqual(['expired'])
    expect(fate([checkpoint(B, 1, OLD)], [job(B)], rules)).toEqual(['last-of-lineage'])
    expect(fate([checkpoint(A, 1, OLD)], [running(A)], rules)).toEqual(['job-running'])
  })

  it.each<[string, KnownJob, number, string]>([
    ['an ended job', job(A), 3, 'expired'],
    ['an ended job that is not so old', job(A), 6, 'last-of-lineage'],
    ['an ended job with a name', job(A, { name: 'n' }), 3, 'expired'],
    ['an unknown job', job(A, { liveness: 'unknown' }), 3, 'job-unknown'],
  ])('with --abandoned-older-than decides about the last of %s', (_, known, days, reason) => {
    expect(fate([checkpoint(A, 1, OLD)], [known], { ...ALL, abandonedMs: days * DAY })[0]).toBe(reason)
  })

  it('never gives up the last savepoint of a job that nobody knows', () => {
    expect(fate([savepoint(A, 1, { ...OLD, jobId: null })], [], { ...ALL, abandonedMs: DAY })).toEqual(['last-of-lineage'])
  })
})
