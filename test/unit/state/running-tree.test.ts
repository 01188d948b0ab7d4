import { describe, expect, it } from 'vitest'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { placeOf } from '../../../src/lib/state/layout.js'
import { type RunningTree, runningTrees } from '../../../src/lib/state/running-tree.js'
import { sweep } from '../../../src/lib/state/sweep.js'
import {
  checkpointDirectory,
  type FakeBlob,
  HOUR,
  job,
  jobId,
  jobsOf,
  listedBlob,
  marker,
  metadata,
  needs,
  running,
  surveyOf,
  uuid,
} from '../../support/builders.js'

const A = jobId(0xa)
const TREE = `checkpoints/${A}`
const FILE = uuid(1)
const PLAIN = { stateBackend: 'EmbeddedRocksDBStateBackend', changelog: false, checkpointTimeoutMs: HOUR } as const

function treeOf(known: KnownJob, ...blobs: FakeBlob[]): RunningTree | undefined {
  return runningTrees(surveyOf(blobs), jobsOf(known), 72 * HOUR).get(A)
}

describe('runningTrees', () => {
  it('calls a tree plain whose job is known to write nothing but RocksDB files', () => {
    expect(treeOf(running(A, PLAIN), metadata(checkpointDirectory(A, 3), []), listedBlob(`${TREE}/shared/${FILE}`))).toEqual({
      isPlain: true,
      newestCompletedId: 3,
      inProgressIds: new Set(),
      graceMs: 72 * HOUR,
    })
  })

  it.each<[string, Partial<KnownJob>]>([
    ['whose backend nobody names', { ...PLAIN, stateBackend: null }],
    ['with ForSt', { ...PLAIN, stateBackend: 'ForStStateBackend' }],
    ['with a changelog', { ...PLAIN, changelog: true }],
    ['whose changelog setting nobody knows', { ...PLAIN, changelog: null }],
  ])('calls no tree plain of a job %s', (_, parts) => {
    expect(treeOf(running(A, parts))?.isPlain).toBe(false)
  })

  it.each([
    listedBlob(`${TREE}/shared/job_a_op_b_1_4/${FILE}`),
    listedBlob(`${TREE}/taskowned/job_a_tm_b/${FILE}`),
    listedBlob(`${TREE}/shared/op_a_attempt_1/db/${FILE}`),
    listedBlob(`dstl/${A}/dstl/${FILE}`),
    marker(`${TREE}/shared/job_a_op_b_1_4`),
  ])('calls no tree plain that shows $name', (blob) => {
    expect(treeOf(running(A, PLAIN), blob)?.isPlain).toBe(false)
  })

  it('does not count a checkpoint that cannot be restored as the newest', () => {
    const broken = metadata(checkpointDirectory(A, 9), [needs('gone')])
    expect(treeOf(running(A, PLAIN), metadata(checkpointDirectory(A, 3), []), broken)?.newestCompletedId).toBe(3)
    expect(treeOf(running(A, PLAIN))?.newestCompletedId).toBeNull()
  })

  it.each([
    ['merged files in another job’s tree', `checkpoints/${jobId(0xb)}/shared/job_a_op_b_1_4/${FILE}`],
    ['odd names in a checkpoint’s directory', `${checkpointDirectory(A, 3)}/job_1`],
    ['odd names of shared files', `${TREE}/shared/my_op_1`],
  ])('is not misled by %s', (_, name) => {
    expect(treeOf(running(A, PLAIN), listedBlob(name))?.isPlain).toBe(true)
  })

  it('takes the highest checkpoint id of the job alone for its newest', () => {
    const blobs = [3, 5, 4].map((id) => metadata(checkpointDirectory(A, id), []))
    expect(treeOf(running(A, PLAIN), ...blobs, metadata(checkpointDirectory(jobId(0xb), 9), []))?.newestCompletedId).toBe(5)
  })

  it('waits for two timeouts and the longest checkpoint, if that is more than the grace period', () => {
    expect(treeOf(running(A, { ...PLAIN, checkpointTimeoutMs: 40 * HOUR, longestCheckpointMs: 5 * HOUR }))?.graceMs).toBe(85 * HOUR)
    expect(treeOf(running(A, { ...PLAIN, checkpointTimeoutMs: null }))?.graceMs).toBeNull()
  })

  it('knows no tree of a job that has ended or that nobody knows', () => {
    expect([treeOf(job(A)), treeOf(job(A, { liveness: 'unknown' }))]).toEqual([undefined, undefined])
  })
})

const tree = (parts: Partial<RunningTree> = {}): RunningTree => {
  return { isPlain: true, newestCompletedId: 5, inProgressIds: new Set(), graceMs: 72 * HOUR, ...parts }
}

describe('sweep in a running job’s tree', () => {
  const chk = (id: number) => `${checkpointDirectory(A, id)}/${FILE}`
  it.each<[string, string, boolean, RunningTree | undefined, string]>([
    ['a flat shared file of a plain tree', `${TREE}/shared/${FILE}`, false, tree(), 'orphan'],
    ['a flat shared file of another tree', `${TREE}/shared/${FILE}`, false, tree({ isPlain: false }), 'job-running'],
    ['a merged shared file', `${TREE}/shared/job_a_op_b/${FILE}`, false, tree(), 'job-running'],
    ['a merged private file', `${TREE}/taskowned/job_a_tm_b/${FILE}`, false, tree(), 'job-running'],
    ['a ForSt file', `${TREE}/shared/op_a_attempt_1/db/${FILE}`, false, tree(), 'job-running'],
    ['a changelog file', `dstl/${A}/dstl/${FILE}`, false, tree(), 'job-running'],
    ['a leftover that a newer checkpoint has overtaken', chk(4), false, tree(), 'incomplete'],
    ['a directory ahead of the newest checkpoint', chk(6), false, tree(), 'in-progress'],
    ['the directory of the newest checkpoint', chk(5), false, tree(), 'in-progress'],
    ['a directory that the cluster works on', chk(4), false, tree({ inProgressIds: new Set([4]) }), 'in-progress'],
    ['a directory when no checkpoint is complete', chk(4), false, tree({ newestCompletedId: null }), 'in-progress'],
    ['a file that a checkpoint does not list', chk(4), true, tree(), 'job-running'],
    ['anything when the timeout is unknown', chk(4), false, tree({ graceMs: null }), 'job-running'],
    ['anything of which nothing is known', chk(4), false, undefined, 'job-running'],
    ['a file younger than the tree’s own grace period', chk(4), false, tree({ graceMs: 100 * HOUR }), 'too-young'],
  ])('decides about %s', (_, name, hasMetadata, known, reason) => {
    const common = { isBelowNeededDirectory: false, isPossiblyNeeded: false, isBelowRoot: true }
    const ages = { ageMs: 100 * HOUR, graceMs: 72 * HOUR }
    expect(sweep({ ...common, ...ages, place: placeOf(name), job: running(A), hasMetadata, running: known }).reason).toBe(reason)
  })
})
