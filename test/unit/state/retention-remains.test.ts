import { describe, expect, it } from 'vitest'
import { checkpoint, checkpointDirectory, DAY, job, keyAt, NOW, savepoint, uri } from '../../support/builders.js'
import { A, ALL, B, C, decide, fate, OLD } from './decide.js'

const VERY_OLD = { completedAtMs: NOW - 6 * DAY }
const broken = { completeness: 'broken', references: [1] } as const

describe('where nothing of a lineage restores', () => {
  it('the newest that holds anything stays, and says why', () => {
    const decisions = decide([checkpoint(A, 1, { ...VERY_OLD, ...broken }), checkpoint(A, 2, { ...OLD, ...broken })], [job(A)])
    expect(decisions.map((one) => one.verdict)).toEqual(['expire', 'keep'])
    const detail = 'nothing of aaaaaaaa is restorable, and this is the last that is left of it'
    expect(decisions[1]?.reasons).toEqual([{ reason: 'last-of-lineage', detail }])
  })

  it.each([
    ['one that needs no file', { references: [] }],
    ['a directory without _metadata', { etag: null }],
  ])('%s is no remains', (_, parts) => {
    const [older] = decide([checkpoint(A, 1, { ...VERY_OLD, ...broken }), checkpoint(A, 2, { ...OLD, ...broken, ...parts })], [job(A)])
    expect(older?.reasons.map((one) => one.reason)).toEqual(['last-of-lineage'])
    expect(fate([checkpoint(A, 2, { ...OLD, ...broken, references: [] })], [job(A)])).toEqual(['expired'])
  })

  it('nor is one that the user gave up', () => {
    const one = checkpoint(A, 1, { ...OLD, ...broken })
    const dead = (etag: string) => ({ ...ALL, dead: new Set([`${keyAt(checkpointDirectory(A, 1))}/_metadata#${etag}`]) })
    expect(fate([one], [job(A)], dead(one.etag ?? ''))).toEqual(['expired'])
    expect(fate([one], [job(A)], dead('another version'))).toEqual(['last-of-lineage'])
  })

  it('it goes with --also-last', () => {
    expect(fate([checkpoint(A, 1, { ...OLD, ...broken })], [job(A)], { ...ALL, alsoLast: new Set([A]) })).toEqual(['expired'])
  })

  it('one that restores is enough to let it go', () => {
    expect(fate([checkpoint(A, 2, { ...OLD, ...broken }), checkpoint(A, 1, VERY_OLD)], [job(A)])).toEqual(['expired'])
  })
})

it('an unreadable snapshot may go when the user gave up just this version of it', () => {
  const one = checkpoint(A, 1, { ...OLD, completeness: 'unreadable' })
  const dead = (etag: string) => ({ ...ALL, dead: new Set([`${keyAt(checkpointDirectory(A, 1))}/_metadata#${etag}`]) })
  expect(fate([one], [job(A)], dead(one.etag ?? ''))).toEqual(['expired'])
  expect(fate([one], [job(A)], dead('another version'))).toEqual(['protected'])
})

describe('a lineage is given up', () => {
  const generations = [job(A), job(B, { restoredFrom: uri(checkpointDirectory(A, 1)) })]
  const snapshots = [checkpoint(B, 1, OLD), checkpoint(A, 1, VERY_OLD)]

  it('with --also-last only if that names every job in it', () => {
    expect(fate(snapshots, generations, { ...ALL, alsoLast: new Set([B]) })).toEqual(['last-of-lineage'])
    expect(fate(snapshots, generations, { ...ALL, alsoLast: new Set([A, B]) })).toEqual(['expired'])
    expect(fate([savepoint(A, 1, { ...OLD, jobId: null })], [], { ...ALL, alsoLast: new Set([A]) })).toEqual(['last-of-lineage'])
  })

  it('with --unnamed-older-than only if all of it is older', () => {
    const unnamed = (unnamedMs: number) => fate(snapshots.toReversed(), generations, { ...ALL, keepLast: 2, unnamedMs })
    expect([unnamed(5 * DAY - 1), unnamed(5 * DAY)]).toEqual([['expired'], ['last-of-lineage']])
  })

  it('with --unnamed-older-than only if all its jobs have ended', () => {
    const [a, b] = generations.map((one, index) => (index === 0 ? { ...one, liveness: 'unknown' as const } : one))
    expect(fate(snapshots, [a ?? job(A), b ?? job(B)], { ...ALL, unnamedMs: DAY })).toEqual(['last-of-lineage'])
    expect(fate([savepoint(A, 1, OLD)], [], { ...ALL, unnamedMs: DAY })).toEqual(['last-of-lineage'])
  })
})

it('the only named job of a lineage keeps its last beside a newer one of a job without name: that may be of any other', () => {
  const jobs = [job(A, { name: 'n' }), job(B, { restoredFrom: uri(checkpointDirectory(A, 1)) })]
  expect(fate([checkpoint(A, 1, OLD), checkpoint(B, 1)], jobs)).toEqual(['last-of-lineage'])
})

it('the last of a name stays before and after what is left of a savepoint is gone, which alone tells of a job of another name', () => {
  const from = (directory: string) => ({ restoredFrom: uri(directory) })
  const leftover = savepoint(B, 1, { etag: null, completeness: 'incomplete' })
  const jobs = [
    job(A, { name: 'n', ...from(checkpointDirectory(B, 1)) }),
    job(B, { liveness: 'unknown' }),
    job(C, { name: 'other', liveness: 'running', ...from(leftover.directory.name) }),
  ]
  const complete = [checkpoint(A, 1, OLD), checkpoint(B, 2), checkpoint(C, 1)]
  expect([fate([...complete, leftover], jobs), fate(complete, jobs)]).toEqual([['last-of-lineage'], ['last-of-lineage']])
})
