import { describe, expect, it } from 'vitest'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { groupLineages, snapshotDirectory } from '../../../src/lib/state/lineage.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import {
  at,
  checkpoint,
  checkpointDirectory,
  job,
  jobId,
  jobsOf,
  keyAt,
  running,
  savepoint,
  savepointDirectory,
  snapshot,
  uri,
} from '../../support/builders.js'

const A = jobId(0xa)
const B = jobId(0xb)
const C = jobId(0xc)

function areTogether(jobs: KnownJob[], snapshots: Snapshot[] = []): boolean {
  const lineages = groupLineages(jobsOf(...jobs), snapshots)
  const keys = jobs.map(({ jobId: id }) => lineages.of(checkpoint(id, 1)))
  return new Set(keys).size === 1
}

describe('groupLineages', () => {
  it('joins a job with the one whose checkpoint it was restored from, over any number of generations', () => {
    const restored = (id: string, from: string) => job(id, { restoredFrom: uri(`${checkpointDirectory(from, 7)}/_metadata`) })
    expect(areTogether([job(A), restored(B, A), restored(C, B)])).toBe(true)
    expect(areTogether([job(A), job(B)])).toBe(false)
  })

  it('joins a job with the one whose savepoint it was restored from, when the savepoint is in storage', () => {
    const restored = job(B, { restoredFrom: uri(savepointDirectory(A, 1)) })
    expect(areTogether([job(A), restored], [savepoint(A, 1)])).toBe(true)
    expect(areTogether([job(A), restored])).toBe(false)
  })

  it('joins no job with one whose snapshot lies in another storage', () => {
    expect(areTogether([job(A), job(B, { restoredFrom: `s3://flink/${checkpointDirectory(A, 7)}` })])).toBe(false)
  })

  it('joins jobs of one name, of which at most one has not ended', () => {
    expect(areTogether([job(A, { name: 'n' }), job(B, { name: 'n' }), running(C, { name: 'n' })])).toBe(true)
  })

  it.each(['running', 'unknown'] as const)('does not join jobs by a name that a running job and another %s one share', (liveness) => {
    expect(areTogether([running(A, { name: 'n' }), job(B, { name: 'n', liveness })])).toBe(false)
  })

  it('does not join a job that never ran by its name', () => {
    expect(areTogether([job(A, { name: 'n' }), job(B, { name: 'n', neverRan: true })])).toBe(false)
  })

  it('is not led round in circles by jobs restored from one another, or from themselves', () => {
    const restored = (id: string, from: string) => job(id, { restoredFrom: uri(checkpointDirectory(from, 1)) })
    expect(areTogether([restored(A, B), restored(B, A)])).toBe(true)
    expect(areTogether([restored(A, A), restored(B, B)])).toBe(false)
  })

  it('names a lineage by any named job in it, else by the short job id', () => {
    const jobs = jobsOf(job(A), job(B, { name: 'sales', restoredFrom: uri(checkpointDirectory(A, 1)) }), job(C))
    const lineages = groupLineages(jobs, [])
    const [known, unnamed] = [lineages.of(checkpoint(A, 1)), lineages.of(checkpoint(C, 1))]
    expect([lineages.label(known), lineages.isNamed(known)]).toEqual(['sales', true])
    expect([lineages.label(unnamed), lineages.isNamed(unnamed)]).toEqual(['cccccccc', false])
  })

  it('groups savepoints of an unknown job by the six digits in their names', () => {
    const lineages = groupLineages(new Map(), [])
    const keys = [savepoint(A, 1), savepoint(A, 2), savepoint(B, 1)].map((one) => lineages.of({ ...one, jobId: null }))
    expect(keys).toEqual(['job aaaaaa…', 'job aaaaaa…', 'job bbbbbb…'])
    expect(lineages.label('job aaaaaa…')).toBe('job aaaaaa…')
  })

  it('leaves each snapshot of nobody by itself whose name tells nothing', () => {
    const lineages = groupLineages(new Map(), [])
    const keys = ['odd/a', 'odd/b'].map((directory) => lineages.of(snapshot(directory, { jobId: null })))
    expect(keys).toEqual([keyAt('odd/a'), keyAt('odd/b')])
  })
})

it.each([
  ['a/chk-1/_metadata', 'a/chk-1'],
  ['a/chk-1', 'a/chk-1'],
  ['_metadata', ''],
])('takes %j for the snapshot in %j', (name, directory) => {
  expect(snapshotDirectory(at(name))).toEqual(at(directory))
})
