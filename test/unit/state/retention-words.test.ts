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
  operatorsOf,
  policy,
  running,
  savepoint,
  snapshot,
} from '../../support/builders.js'
import { A, ALL, B, decide, OLD } from './decide.js'

const newest = checkpoint(A, 99, { completedAtMs: NOW })
const YOUNG = { completedAtMs: NOW - 1000 }

/** All that is said of the first snapshot. */
function words(snapshots: Snapshot[], jobs: KnownJob[], rules?: RetentionPolicy, parts?: Partial<RetentionInput>): string[] {
  return decide(snapshots, jobs, rules, parts)[0]?.reasons.map((one) => one.detail) ?? []
}

describe('retain', () => {
  it.each<[Snapshot, KnownJob, RetentionPolicy, Partial<RetentionInput>, string]>([
    [checkpoint(A, 1, OLD), job(A), ALL, { only: new Set([B]) }, 'it belongs to another job than --job'],
    [checkpoint(A, 1, OLD), job(A), { ...ALL, pins: new Set([keyAt(checkpointDirectory(A, 1))]) }, {}, 'pinned in the configuration'],
    [checkpoint(A, 1, { ...OLD, completeness: 'writing' }), job(A), ALL, {}, 'it is being written'],
    [checkpoint(A, 1, { ...OLD, completeness: 'unreadable', problem: 'odd' }), job(A), ALL, {}, 'what it needs is unknown: odd'],
    [
      snapshot('root/chk-1', { ...OLD, jobId: null, completeness: 'broken' }),
      job(A),
      ALL,
      {},
      'its path names no job, so no end of that job can be proven',
    ],
    [checkpoint(A, 1, OLD), job(A, { liveness: 'unknown', retainsCheckpoints: true }), ALL, {}, 'job aaaaaaaa is not proven ended'],
    [checkpoint(A, 1, OLD), job(B), ALL, {}, 'job aaaaaaaa is not proven ended'],
    [checkpoint(A, 1, OLD), running(A), ALL, {}, 'job aaaaaaaa is RUNNING by http://jm:8081'],
    [checkpoint(A, 1, YOUNG), job(A), ALL, {}, 'younger than 24h'],
    [checkpoint(A, 1), job(A), policy(), {}, 'no --older-than was given'],
    [savepoint(A, 1), job(A), policy(), {}, 'savepoints are left alone without --savepoints-older-than'],
  ])('says in words why something stays: %#', (one, known, rules, parts, detail) => {
    expect(words([one, newest], [known], rules, parts)).toEqual([detail])
  })

  it('gives every reason that holds, the strongest first', () => {
    const one = savepoint(A, 1, { ...YOUNG, completeness: 'writing' })
    const rules = { ...ALL, pins: new Set([keyAt(one.directory.name)]) }
    const parts = { only: new Set([B]), inUse: new Map([[keyAt(one.directory.name), 'why']]) }
    expect(words([one], [job(A)], rules, parts)).toEqual([
      'it belongs to another job than --job',
      'pinned in the configuration',
      'it is being written',
      'why',
      'younger than 24h',
    ])
  })

  it.each([
    [2 * DAY, '48h'],
    [3 * DAY, '3d'],
    [30 * DAY, '30d'],
    [3 * DAY + HOUR, '73h'],
    [HOUR, '1h'],
    [90 * 60_000, '5400s'],
    [1400, '1s'],
  ])('writes a limit of %i ms as %s', (limit, text) => {
    expect(words([checkpoint(A, 1, YOUNG), newest], [job(A)], policy({ checkpointsMs: limit }))).toContain(`younger than ${text}`)
  })
})

describe('retain, of what goes,', () => {
  it.each<[Snapshot, number, string]>([
    [checkpoint(A, 1, OLD), 1, 'older than 24h, and chk-98 carries it on'],
    [checkpoint(A, 1, OLD), 2, 'older than 24h, and chk-98 carries it on'],
    [savepoint(A, 1, OLD), 1, 'older than 48h, and chk-98 carries it on'],
    [
      checkpoint(A, 1, { ...OLD, completeness: 'broken', problem: '1 of 2 is missing' }),
      1,
      'older than 24h, not restorable: 1 of 2 is missing',
    ],
    [checkpoint(A, 1, { ...OLD, completeness: 'incomplete' }), 1, 'older than 24h, not restorable: incomplete'],
  ])('says why: %#', (one, keepLast, detail) => {
    const snapshots = [one, newest, checkpoint(A, 98)]
    expect(words(snapshots, [job(A)], { ...ALL, savepointsMs: 2 * DAY, keepLast })).toEqual([detail])
  })
})

describe('retain, of the last of a job,', () => {
  const named = job(A, { name: 'sales' })
  const operators = operatorsOf('Source', 'map', 'Sink', 'more')

  it.each<[string, Snapshot[], KnownJob[], number, string]>([
    ['by its name', [checkpoint(A, 1, OLD)], [named], 1, 'last restore point of sales'],
    ['by its id', [checkpoint(A, 1, OLD)], [job(A)], 1, 'last restore point of aaaaaaaa'],
    ['as one of several', [checkpoint(A, 1, OLD), newest], [named], 2, 'one of the last 2 of sales'],
    [
      'by its id and its operators',
      [checkpoint(A, 1, { ...OLD, operators })],
      [job(A)],
      1,
      'last restore point of aaaaaaaa (its operators: Source, map, Sink)',
    ],
    ['by its name alone', [checkpoint(A, 1, { ...OLD, operators })], [named], 1, 'last restore point of sales'],
  ])('says of which: %s', (_, snapshots, jobs, keepLast, detail) => {
    expect(words(snapshots, jobs, { ...ALL, keepLast })).toEqual([detail])
  })

  it('names the job that goes on, when another was restored from it meanwhile', () => {
    const from = checkpointDirectory(A, 1)
    const jobs = (name: string | null) => [
      running(A, { name }),
      running(B, { name: 'copy', restoredFrom: `wasbs://flink@acct.blob.core.windows.net/${from}` }),
    ]
    const snapshots = [savepoint(A, 1, OLD), checkpoint(B, 1)]
    expect(words(snapshots, jobs('sales'))).toEqual(['last restore point of sales'])
    expect(words(snapshots, jobs(null))).toEqual(['last restore point of aaaaaaaa'])
  })
})
