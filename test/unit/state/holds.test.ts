import { describe, expect, it } from 'vitest'
import { type Hold, holdOf, joinHolds, NO_HOLDS } from '../../../src/lib/state/holds.js'
import {
  at,
  checkpointDirectory,
  job,
  jobId,
  keyAt,
  marker,
  metadata,
  needs,
  savepointDirectory,
  surveyOf,
  uuid,
} from '../../support/builders.js'
import { A, chk, deleted, file, heldBy, OLD, own, plan, planOf, shared, TREE } from './plan-of.js'

const hold: Hold = { reason: 'claimed', detail: 'somebody took it' }
const paths = (...names: string[]) => ({ ...NO_HOLDS, paths: new Map(names.map((name) => [keyAt(name), hold])) })
const jobs = (...ids: string[]) => ({ ...NO_HOLDS, jobs: new Map(ids.map((id) => [id, hold])) })

describe('what is held', () => {
  it.each([
    ['a file by its own name', paths('a/b'), 'a/b', true],
    ['a file below a directory', paths('a'), 'a/b/c', true],
    ['nothing that only begins alike', paths('a/b'), 'a/bc', false],
    ['nothing above it', paths('a/b'), 'a', false],
    ['all of a container', paths(''), 'x/y', true],
    ['all trees of a job', jobs(A), `elsewhere/${A}/dstl/${uuid(1)}`, true],
    ['no tree of another job', jobs(A), `${TREE.replaceAll('a', 'b')}/shared/${uuid(1)}`, false],
    ['no place that names no job', jobs(A), 'a/b', false],
  ])('%s', (_, holds, name, isHeld) => {
    expect(holdOf(holds, at(name))).toEqual(isHeld ? hold : null)
  })

  it('is nothing in another container', () => {
    expect(holdOf(paths('a'), { ...at('a/b'), container: 'other' })).toBeNull()
  })

  it('counts the first of two on one thing', () => {
    const second = { reason: 'copy' as const, detail: 'later' }
    expect(joinHolds([paths('a'), { paths: new Map([[keyAt('a'), second]]), jobs: new Map([[A, second]]) }])).toEqual({
      paths: new Map([[keyAt('a'), hold]]),
      jobs: new Map([[A, second]]),
    })
  })
})

describe('a plan with holds', () => {
  const blobs = [
    chk(1),
    chk(2),
    file(own(1)),
    file(own(2)),
    file(shared(1)),
    marker(`${TREE}/shared`, OLD),
    marker(checkpointDirectory(A, 1), OLD),
  ]
  const given = (holds = NO_HOLDS) => ({ jobs: [job(A)], holds })

  it('deletes what is old and orphaned when nobody points there', () => {
    expect(deleted(plan(blobs, given()))).toHaveLength(6)
  })

  it('keeps the tree whole that is held by its path, or by its job, with the reason', () => {
    for (const holds of [paths(TREE), jobs(A), paths('')]) {
      const made = plan(blobs, given(holds))
      expect(deleted(made)).toEqual([])
      expect(heldBy(made)).toEqual(['3 claimed'])
      expect(made.decisions.flatMap((one) => one.reasons.map(({ reason }) => reason))).toContain('claimed')
    }
  })

  it('keeps a snapshot and its directory that are held, and sweeps the rest of its tree', () => {
    const made = plan(blobs, given(paths(checkpointDirectory(A, 1))))
    expect(new Set(deleted(made))).toEqual(new Set([own(2), shared(1), `${TREE}/shared`]))
  })

  it('keeps one file that is held, though a neighbour in its directory goes', () => {
    const made = planOf(surveyOf([chk(2), file(shared(1)), file(shared(2))]), given(paths(shared(2))))
    expect(deleted(made)).toEqual([shared(1)])
  })

  it('keeps a file of an expired snapshot that is held', () => {
    const survey = surveyOf([chk(1, needs(own(1))), chk(2), file(own(1))])
    expect(deleted(planOf(survey, given(paths(own(1)))))).toEqual([`${checkpointDirectory(A, 1)}/_metadata`])
  })

  it('keeps a savepoint that is held, whatever its age', () => {
    const [one, two] = [savepointDirectory(jobId(0xa), 1), savepointDirectory(jobId(0xa), 2)]
    const made = plan([metadata(one, [], OLD), metadata(two, [], OLD)], given(paths(one)))
    expect(made.decisions.find((decision) => decision.snapshot.directory.name === one)).toMatchObject({ verdict: 'keep' })
  })
})
