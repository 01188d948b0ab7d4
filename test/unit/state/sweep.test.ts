import { describe, expect, it } from 'vitest'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { placeOf } from '../../../src/lib/state/layout.js'
import { describeHold, type HoldReason, type SweepCase, sweep } from '../../../src/lib/state/sweep.js'
import { checkpointDirectory, HOUR, job, jobId, running, savepointDirectory, uuid } from '../../support/builders.js'

const A = jobId(0xa)
const TREE = `checkpoints/${A}`
const FILE = uuid(1)
const UNKNOWN = job(A, { liveness: 'unknown' })

function caseOf(name: string): SweepCase {
  const common = { isBelowNeededDirectory: false, isPossiblyNeeded: false, isBelowRoot: true, isAsked: true }
  return { ...common, place: placeOf(name), ageMs: 100 * HOUR, graceMs: 72 * HOUR, job: job(A), hasMetadata: false }
}

function verdict(name: string, known: KnownJob | null, parts: Partial<SweepCase> = {}): string {
  return sweep({ ...caseOf(name), job: known, ...parts }).reason
}

/** The table of the rules: class of file, then what becomes of it in the tree of an ended, a running and an unknown job. */
const TABLE: [string, string, boolean, string, string, string][] = [
  ['a flat shared file', `${TREE}/shared/${FILE}`, false, 'orphan', 'job-running', 'job-unknown'],
  ['a file of a checkpoint without _metadata', `${checkpointDirectory(A, 3)}/${FILE}`, false, 'incomplete', 'job-running', 'job-unknown'],
  ['a file that a checkpoint does not list', `${checkpointDirectory(A, 3)}/${FILE}`, true, 'orphan', 'job-running', 'job-unknown'],
  ['a file that a savepoint does not list', `${savepointDirectory(A, 3)}/${FILE}`, true, 'orphan', 'job-running', 'job-unknown'],
  ['a file of a savepoint without _metadata', `${savepointDirectory(A, 3)}/${FILE}`, false, 'incomplete', 'incomplete', 'incomplete'],
  ['a merged shared file', `${TREE}/shared/job_a_op_b_1_4/${FILE}`, false, 'orphan', 'job-running', 'job-unknown'],
  ['a merged private file', `${TREE}/taskowned/job_a_tm_b/${FILE}`, false, 'orphan', 'job-running', 'job-unknown'],
  ['a ForSt file', `${TREE}/shared/op_a_attempt_1/db/${FILE}`, false, 'orphan', 'job-running', 'job-unknown'],
  ['a changelog file', `dstl/${A}/dstl/${FILE}`, false, 'orphan', 'job-running', 'job-unknown'],
  ['a task-owned file', `${TREE}/taskowned/${FILE}`, false, 'task-owned', 'task-owned', 'task-owned'],
  ['a temporary upload', `_$azuretmpfolder$/${FILE}`, false, 'temporary', 'temporary', 'temporary'],
  ['something unknown', `${TREE}/${FILE}`, false, 'unknown-layout', 'unknown-layout', 'unknown-layout'],
  ['a shared directory of unknown kind', `${TREE}/shared/x/${FILE}`, false, 'unknown-layout', 'unknown-layout', 'unknown-layout'],
  [
    'a file deeper than Flink writes',
    `${checkpointDirectory(A, 3)}/x/${FILE}`,
    false,
    'unknown-layout',
    'unknown-layout',
    'unknown-layout',
  ],
  ['a file deeper in a savepoint', `${savepointDirectory(A, 3)}/x/${FILE}`, false, 'unknown-layout', 'unknown-layout', 'unknown-layout'],
  ['a file deeper in the changelog', `dstl/${A}/dstl/x/${FILE}`, false, 'unknown-layout', 'unknown-layout', 'unknown-layout'],
  ['a file deeper in task-owned state', `${TREE}/taskowned/x/${FILE}`, false, 'unknown-layout', 'unknown-layout', 'unknown-layout'],
  ['a strange name', `${TREE}/shared/000012.sst`, false, 'unknown-name', 'unknown-name', 'unknown-name'],
  [
    'a _metadata being written',
    `${checkpointDirectory(A, 3)}/._metadata.inprogress.${FILE}`,
    false,
    'unknown-name',
    'unknown-name',
    'unknown-name',
  ],
]

describe('sweep', () => {
  it.each(TABLE)('treats %s as the table says', (_, name, hasMetadata, ended, alive, unknown) => {
    const parts = { hasMetadata }
    expect([job(A), running(A), UNKNOWN].map((known) => verdict(name, known, parts))).toEqual([ended, alive, unknown])
  })

  it.each(TABLE)('holds %s while it is no older than the grace period', (_, name, hasMetadata) => {
    for (const ageMs of [72 * HOUR, 0, -HOUR]) expect(sweep({ ...caseOf(name), hasMetadata, ageMs }).action).toBe('hold')
  })

  it.each<[HoldReason, Partial<SweepCase>]>([
    ['outside-roots', { isBelowRoot: false }],
    ['needed-directory', { isBelowNeededDirectory: true }],
    ['possibly-needed', { isPossiblyNeeded: true }],
    ['not-asked', { isAsked: false }],
    ['no-job', { job: null }],
  ])('holds any file for the reason %s', (reason, parts) => {
    for (const [, name] of TABLE.slice(0, 3)) expect(verdict(name, job(A), parts)).toBe(reason)
  })

  it('sweeps task-owned files of an ended job when the user asserts that no sink needs them', () => {
    const verdicts = [job(A), running(A), UNKNOWN].map((known) => verdict(`${TREE}/taskowned/${FILE}`, known, { sweepsTaskOwned: true }))
    expect(verdicts).toEqual(['orphan', 'job-running', 'job-unknown'])
  })

  it('sweeps leftovers of a savepoint that nobody’s job wrote, but no file beside a _metadata', () => {
    expect(verdict(`${savepointDirectory(A, 3)}/${FILE}`, null)).toBe('incomplete')
    expect(verdict(`${savepointDirectory(A, 3)}/${FILE}`, null, { hasMetadata: true })).toBe('no-job')
  })

  it.each(TABLE.filter(([, name]) => name.includes('/shared/')))('holds %s while any job with a changelog has not ended', (_, name) => {
    expect(sweep({ ...caseOf(name), isChangelogLive: true }).action).toBe('hold')
    expect(verdict(`${checkpointDirectory(A, 3)}/${FILE}`, job(A), { isChangelogLive: true })).toBe('incomplete')
  })

  it('has words for every reason', () => {
    const reasons = new Set(
      TABLE.flatMap(([, name]) => [job(A), running(A), UNKNOWN].map((known) => sweep({ ...caseOf(name), job: known }))),
    )
    for (const { action, reason } of reasons) if (action === 'hold') expect(describeHold(reason)).toMatch(/\w+ \w+/)
  })
})
