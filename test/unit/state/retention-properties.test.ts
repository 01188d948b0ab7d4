import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupLineages } from '../../../src/lib/state/lineage.js'
import { locationKey } from '../../../src/lib/state/location.js'
import type { RetentionPolicy } from '../../../src/lib/state/policy.js'
import { byAge, type Snapshot } from '../../../src/lib/state/snapshot.js'
import { checkpoint, checkpointDirectory, DAY, HOUR, job, jobsOf, NOW, policy, savepoint, uri } from '../../support/builders.js'
import { A, B, C, decide } from './decide.js'

const ids = [A, B, C]
const arbitrarySnapshot = fc
  .record({
    owner: fc.constantFrom(...ids),
    isSavepoint: fc.boolean(),
    isAttributed: fc.boolean(),
    ageHours: fc.nat({ max: 200 }),
    completeness: fc.constantFrom(
      'complete' as const,
      'complete' as const,
      'broken' as const,
      'incomplete' as const,
      'unreadable' as const,
    ),
  })
  .map(({ owner, isSavepoint, isAttributed, ageHours, completeness }) => (number: number) => {
    const parts = { completedAtMs: NOW - ageHours * HOUR, completeness }
    return isSavepoint ? savepoint(owner, number, { ...parts, jobId: isAttributed ? owner : null }) : checkpoint(owner, number, parts)
  })
const arbitraryJobs = fc.tuple(
  ...ids.map((id) =>
    fc
      .record({
        name: fc.constantFrom(null, 'x', 'y'),
        liveness: fc.constantFrom('running' as const, 'terminated' as const, 'terminated' as const, 'unknown' as const),
        restoredFrom: fc.constantFrom(null, ...ids.map((from) => uri(checkpointDirectory(from, 1)))),
      })
      .map((parts) => job(id, parts)),
  ),
)
const arbitraryPolicy = fc
  .record({
    checkpointsMs: fc.constantFrom(null, HOUR, DAY),
    savepointsMs: fc.constantFrom(null, HOUR, DAY),
    keepLast: fc.integer({ min: 1, max: 3 }),
    abandonedMs: fc.constantFrom(null, 2 * DAY),
  })
  .map(policy)

describe('retain, whatever it is given,', () => {
  const arbitrary = fc.tuple(
    fc.array(arbitrarySnapshot, { maxLength: 12 }).map((make) => make.map((one, number) => one(number))),
    arbitraryJobs,
    arbitraryPolicy,
  )

  it('never expires the newest complete snapshots of a lineage, unless the lineage was given up', () => {
    fc.assert(
      fc.property(arbitrary, ([snapshots, jobs, rules]) => {
        const lineages = groupLineages(jobsOf(...jobs), snapshots)
        const expired = new Set(
          decide(snapshots, jobs, { ...rules, abandonedMs: null })
            .filter((one) => one.verdict === 'expire')
            .map((one) => one.snapshot),
        )
        for (const key of new Set(snapshots.map((one) => lineages.of(one)))) {
          const complete = snapshots.filter((one) => lineages.of(one) === key && one.completeness === 'complete').toSorted(byAge)
          for (const one of complete.slice(0, rules.keepLast)) expect(expired).not.toContain(one)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('decides about every snapshot, with a reason', () => {
    fc.assert(
      fc.property(arbitrary, ([snapshots, jobs, rules]) => {
        const decisions = decide(snapshots, jobs, rules)
        expect(decisions.map((one) => one.snapshot)).toEqual(snapshots)
        for (const { reasons } of decisions) expect(reasons.map(({ detail }) => detail.length > 0)).toContain(true)
      }),
    )
  })

  it('expires nothing young, nothing unreadable, and nothing in the tree of a job that may go on', () => {
    const limitOf = (one: Snapshot, rules: RetentionPolicy) => (one.kind === 'savepoint' ? rules.savepointsMs : rules.checkpointsMs)
    fc.assert(
      fc.property(arbitrary, ([snapshots, jobs, rules]) => {
        const ended = new Set(jobs.filter((known) => known.liveness === 'terminated').map((known) => known.jobId))
        for (const { snapshot: one, verdict } of decide(snapshots, jobs, rules)) {
          if (verdict === 'keep') continue
          expect(NOW - one.completedAtMs).toBeGreaterThan(limitOf(one, rules) ?? Number.POSITIVE_INFINITY)
          expect(one.completeness).not.toBe('unreadable')
          expect(one.kind === 'savepoint' || ended.has(one.jobId ?? '')).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('keeps at least one restorable snapshot of every job that is not proven ended and had one', () => {
    fc.assert(
      fc.property(arbitrary, ([snapshots, jobs, rules]) => {
        const kept = new Set(
          decide(snapshots, jobs, rules)
            .filter((one) => one.verdict === 'keep')
            .map((one) => one.snapshot),
        )
        for (const { jobId: id } of jobs.filter((known) => known.liveness !== 'terminated')) {
          const restorable = snapshots.filter((one) => one.jobId === id && one.completeness === 'complete')
          expect(restorable.length === 0 || restorable.some((one) => kept.has(one)), id).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('expires no more where less is known of who was restored from whom: what told it may go with the first run', () => {
    const kin = fc.tuple(fc.shuffledSubarray([null, 'x', 'y'], { minLength: 3 }), fc.shuffledSubarray(ids, { minLength: 3 }))
    const jobsOfKin = kin.map(([names, [parent = A, ...children]]) => [
      job(parent, { name: names[0] ?? null }),
      ...children.map((id, number) => job(id, { name: names[number + 1] ?? null, restoredFrom: uri(checkpointDirectory(parent, 1)) })),
    ])
    fc.assert(
      fc.property(arbitrary, jobsOfKin, fc.subarray(ids), ([snapshots, , rules], jobs, unlinked) => {
        const kept = (known: typeof jobs) =>
          decide(snapshots, known, { ...rules, abandonedMs: null }).flatMap((one) => (one.verdict === 'keep' ? one.snapshot : []))
        const fewer = jobs.map((one) => (unlinked.includes(one.jobId) ? { ...one, restoredFrom: null } : one))
        expect(kept(fewer)).toEqual(expect.arrayContaining(kept(jobs)))
      }),
      { numRuns: 1000 },
    )
  })

  it('is not moved by the order of what it is given', () => {
    fc.assert(
      fc.property(arbitrary, ([snapshots, jobs, rules]) => {
        const fates = (order: Snapshot[]) =>
          new Map(decide(order, jobs, rules).map((one): [string, string] => [locationKey(one.snapshot.directory), one.verdict]))
        const apart = snapshots.map((one, number) => ({ ...one, completedAtMs: one.completedAtMs + number }))
        expect(fates(apart.toReversed())).toEqual(fates(apart))
      }),
    )
  })
})
