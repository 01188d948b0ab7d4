import { describe, expect, it } from 'vitest'
import {
  at,
  checkpointDirectory,
  DAY,
  HOUR,
  job,
  marker,
  metadata,
  NOW,
  needs,
  needsBelow,
  running,
  savepointDirectory,
  surveyOf,
  uuid,
} from '../../support/builders.js'
import { A, B, chk, deleted, file, heldBy, OLD, own, plan, planOf, shared, TREE } from './plan-of.js'

const SAVEPOINT = savepointDirectory(A, 1)
const young = { lastModifiedMs: NOW - HOUR }

describe('planDeletions, of an expired savepoint,', () => {
  it('takes its files along and says that it is one', () => {
    const survey = surveyOf([metadata(SAVEPOINT, [needsBelow(uuid(1))], OLD), file(`${SAVEPOINT}/${uuid(1)}`), chk(9)])
    for (const one of survey.snapshots) one.jobId = A
    const made = planOf(survey, { jobs: [job(A)], rules: { savepointsMs: DAY } })
    expect(made.deletes.map(({ blob, reason }) => [blob.name, reason])).toEqual([
      [`${SAVEPOINT}/_metadata`, 'expired-savepoint'],
      [`${SAVEPOINT}/${uuid(1)}`, 'expired-savepoint'],
    ])
  })

  it('leaves a file in a running job’s tree that only the savepoint names, and takes its own though the job runs', () => {
    const survey = surveyOf([
      metadata(SAVEPOINT, [needsBelow(uuid(1)), needs(shared(1))], OLD),
      file(`${SAVEPOINT}/${uuid(1)}`),
      file(shared(1)),
      chk(9),
    ])
    for (const one of survey.snapshots) one.jobId = A
    expect(deleted(planOf(survey, { jobs: [running(A)] }))).toEqual([`${SAVEPOINT}/_metadata`, `${SAVEPOINT}/${uuid(1)}`])
  })

  it('leaves a file of the same name in another container', () => {
    const elsewhere = { ...file(`${SAVEPOINT}/${uuid(1)}`), container: 'other' }
    const use = needs('', { path: `wasbs://other@acct.blob.core.windows.net/${SAVEPOINT}/${uuid(1)}` })
    const survey = surveyOf([metadata(SAVEPOINT, [use], OLD), elsewhere, chk(9)])
    for (const one of survey.snapshots) one.jobId = A
    expect(deleted(planOf(survey, { jobs: [running(A)] }))).toEqual([`${SAVEPOINT}/_metadata`])
  })
})

describe('planDeletions', () => {
  it('leaves what an expired checkpoint names that no rule lets go, though it lies in its own directory', () => {
    const odd = `${checkpointDirectory(A, 1)}/000012.sst`
    const made = plan([chk(1, needs(odd)), chk(2), file(odd)], { jobs: [job(A)] })
    expect(deleted(made)).toEqual([`${checkpointDirectory(A, 1)}/_metadata`])
  })

  it('deletes only what expired when nothing is to be swept', () => {
    const blobs = [chk(1), chk(2), file(shared(1)), marker(`${TREE}/taskowned`, OLD)]
    const made = plan(blobs, { jobs: [job(A)], input: { sweeps: false } })
    expect(deleted(made)).toEqual([`${checkpointDirectory(A, 1)}/_metadata`])
    expect(heldBy(made)).toEqual(['1 not-asked'])
  })

  it('sums what is held by reason and tree, the largest first', () => {
    const blobs = [
      file(shared(1), { ...young, sizeBytes: 1 }),
      file(shared(2), { ...young, sizeBytes: 2 }),
      file('tables/x', { sizeBytes: 7 }),
    ]
    expect(plan(blobs, { jobs: [job(A)] }).held.map(({ reason, bytes }) => [reason, bytes])).toEqual([
      ['unknown-layout', 7],
      ['too-young', 3],
    ])
  })

  it('keeps the marker of a directory in which something is held', () => {
    const blobs = [file(shared(1), young), marker(`${TREE}/shared`, OLD)]
    expect(plan(blobs, { jobs: [job(A)] }).deletes).toEqual([])
  })

  it('counts as scanned the snapshots that have a _metadata', () => {
    expect(plan([chk(1), file(own(2))], { jobs: [job(A)] }).scanned.snapshots).toBe(1)
  })

  it('sweeps an ended job’s shared files once the job with a changelog has ended, too', () => {
    expect(deleted(plan([file(shared(1))], { jobs: [job(A), job(B, { changelog: true })] }))).toEqual([shared(1)])
  })

  it('lets a snapshot expire that misses a file which lies nowhere', () => {
    const made = plan([chk(1, needsBelow(uuid(1))), chk(2)], { jobs: [job(A)] })
    expect(deleted(made)).toEqual([`${checkpointDirectory(A, 1)}/_metadata`])
  })

  it('protects a snapshot that misses two files of which one lies elsewhere, and says why', () => {
    const made = plan([chk(1, needsBelow(uuid(1)), needsBelow(uuid(2))), chk(2), file(`checkpoints/${B}/shared/${uuid(2)}`)], {
      jobs: [job(A), job(B)],
    })
    expect(deleted(made)).toEqual([])
    const detail = 'it misses files that lie elsewhere under the same name, or another snapshot misses files that lie here (FLINK-39964)'
    expect(made.decisions[0]?.reasons).toEqual([{ reason: 'protected', detail }])
  })
})

it('a file beside a _metadata that expires is judged as one of a directory without', () => {
  const made = plan([chk(1), chk(2), file(own(1))], { jobs: [job(A)], input: { roots: [at('checkpoints')] } })
  expect(made.deletes.map(({ blob, reason }) => [blob.name, reason])).toContainEqual([own(1), 'incomplete'])
  expect(plan([chk(2), file(own(2))], { jobs: [job(A)] }).deletes.map((one) => one.reason)).toEqual(['orphan'])
})

it.each([
  ['of a running job', checkpointDirectory(A, 1), running(A), null],
  ['of an unknown job', checkpointDirectory(A, 1), job(A, { liveness: 'unknown' }), null],
  ['of another job than was asked for', checkpointDirectory(A, 1), job(A), new Set([B])],
  ['whose path names no job', 'checkpoints/chk-1', job(A), null],
] as const)('a snapshot that goes on a word takes its own files along, also one %s', (_, directory, known, only) => {
  const survey = surveyOf([
    metadata(directory, [needsBelow(uuid(1)), needs(shared(1))], OLD),
    file(`${directory}/${uuid(1)}`),
    file(shared(1)),
  ])
  const decisions = survey.snapshots.map((snapshot) => ({ snapshot, verdict: 'expire' as const, reasons: [] }))
  const gone = deleted(planOf(survey, { jobs: [known], input: { decisions, only } }))
  expect(gone.slice(0, 2)).toEqual([`${directory}/_metadata`, `${directory}/${uuid(1)}`])
  expect(gone.includes(shared(1))).toBe(directory === 'checkpoints/chk-1')
})
