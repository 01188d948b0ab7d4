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
  const generations = [job(A), job(B)]
  const snapshots = [checkpoint(B, 1, OLD), checkpoint(A, 1, VERY_OLD)]

  it('with --also-last for the jobs and the snapshots that it names, and for no other', () => {
    const alsoLast = (...given: string[]) => decide(snapshots, generations, { ...ALL, alsoLast: new Set(given) }).map((one) => one.verdict)
    expect(alsoLast(B)).toEqual(['expire', 'keep'])
    expect(alsoLast(A)).toEqual(['keep', 'expire'])
    expect(alsoLast(A, B)).toEqual(['expire', 'expire'])
    const stranger = savepoint(A, 1, { ...OLD, jobId: null })
    expect(fate([stranger], [], { ...ALL, alsoLast: new Set([A]) })).toEqual(['last-of-lineage'])
    expect(fate([stranger], [], { ...ALL, alsoLast: new Set([keyAt(stranger.directory.name)]) })).toEqual(['expired'])
  })

  it('what is given up stands in for nothing: the one before it stays', () => {
    const named = [job(A, { name: 'n' }), job(B, { name: 'n', restoredFrom: uri(checkpointDirectory(A, 1)) })]
    expect(decide(snapshots, named).map((one) => one.verdict)).toEqual(['keep', 'expire'])
    expect(decide(snapshots, named, { ...ALL, alsoLast: new Set([B]) }).map((one) => one.verdict)).toEqual(['expire', 'keep'])
  })

  it('with --abandoned-older-than when it is older', () => {
    const abandoned = (abandonedMs: number) => decide(snapshots, generations, { ...ALL, abandonedMs }).map((one) => one.verdict)
    expect([abandoned(5 * DAY - 1), abandoned(5 * DAY), abandoned(6 * DAY)]).toEqual([
      ['expire', 'expire'],
      ['keep', 'expire'],
      ['keep', 'keep'],
    ])
  })

  it('with --abandoned-older-than only where the end of its run is proven', () => {
    const unknown = job(B, { liveness: 'unknown' })
    expect(fate([savepoint(B, 1, OLD)], [unknown], { ...ALL, abandonedMs: DAY })).toEqual(['last-of-lineage'])
    expect(fate([savepoint(A, 1, OLD)], [], { ...ALL, abandonedMs: DAY })).toEqual(['last-of-lineage'])
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
