import { describe, expect, it } from 'vitest'
import { placeOf } from '../../../src/lib/state/layout.js'
import { isUnderRoots, jobOf, metadataKey, treeKey } from '../../../src/lib/state/places.js'
import { at, checkpointDirectory, job, jobId, jobsOf, keyAt, savepointDirectory, uuid } from '../../support/builders.js'

const A = jobId(0xa)

describe('isUnderRoots', () => {
  it.each([
    ['the root itself', at('a/b'), true],
    ['what lies below', at('a/b/c'), true],
    ['what only begins alike', at('a/bc'), false],
    ['what lies above', at('a'), false],
    ['the same place in another container', { ...at('a/b/c'), container: 'other' }, false],
    ['the same place in another account', { ...at('a/b/c'), account: 'other' }, false],
  ])('tells of %s', (_, location, isUnder) => {
    expect(isUnderRoots(location, [at('x'), at('a/b')])).toBe(isUnder)
    expect(isUnderRoots(location, [])).toBe(false)
  })
})

it('finds the _metadata of a snapshot, also of one in the container’s root', () => {
  expect([metadataKey(at('a/chk-1')), metadataKey(at(''))]).toEqual([keyAt('a/chk-1/_metadata'), keyAt('_metadata')])
})

it.each([
  ['a checkpoint', `${checkpointDirectory(A, 1)}/${uuid(1)}`, `checkpoints/${A}`],
  ['a savepoint', `${savepointDirectory(A, 1)}/${uuid(1)}`, savepointDirectory(A, 1)],
  ['what lies in no tree', 'tables/a/b', 'tables/a'],
])('names the tree of %s', (_, name, tree) => {
  expect(treeKey(at(name), placeOf(name))).toBe(keyAt(tree))
})

it('finds no job for a place that names none', () => {
  expect(jobOf(placeOf(`root/chk-1/${uuid(1)}`), jobsOf(job(A)))).toBeNull()
  expect(jobOf(placeOf(`${savepointDirectory(A, 1)}/${uuid(1)}`), jobsOf(job(A)))?.jobId).toBe(A)
})
