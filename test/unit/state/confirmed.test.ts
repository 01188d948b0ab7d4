import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Confirmed, narrow } from '../../../src/lib/state/confirmed.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { locationKey } from '../../../src/lib/state/location.js'
import type { CleanupPlan } from '../../../src/lib/state/plan.js'
import type { Survey } from '../../../src/lib/state/survey.js'
import { DAY, type FakeBlob, job, keyAt, metadata, NOW, needs, surveyOf, uuid } from '../../support/builders.js'
import { A, chk, deleted, file, OLD, own, planOf, shared, TREE } from './plan-of.js'

const ENDED = [job(A, { liveness: 'terminated' })]
/** Three checkpoints of an ended job, of which two expire, and an orphan. */
const WORLD = [
  chk(1, needs(own(1)), needs(shared(1)), needs(shared(12))),
  file(own(1)),
  chk(2, needs(own(2)), needs(shared(2)), needs(shared(12))),
  file(own(2)),
  chk(3, needs(own(3)), needs(shared(3))),
  file(own(3)),
  ...[1, 2, 3, 12, 77].map((number) => file(shared(number))),
]

function world(blobs: FakeBlob[], jobs: KnownJob[] = ENDED): { plan: CleanupPlan; survey: Survey } {
  const survey = surveyOf(blobs)
  return { plan: planOf(survey, { jobs }), survey }
}

const blobsOf = ({ deletes }: CleanupPlan) => deletes.map((one) => one.blob)
const versions = (plan: CleanupPlan) => blobsOf(plan).map((blob) => `${locationKey(blob)}#${blob.etag}`)

describe('a plan that is made again', () => {
  it('keeps all that both want', () => {
    const { plan, survey } = world(WORLD)
    const both = narrow(plan, survey, new Confirmed(blobsOf(plan)))

    expect(plan.deletes.length).toBeGreaterThan(6)
    expect(both).toEqual({ plan, left: [] })
  })

  it('deletes nothing that was not confirmed, and no file before a `_metadata` that names it', () => {
    const { plan, survey } = world(WORLD)
    const wanted = blobsOf(plan).filter((blob) => blob.name !== `${TREE}/chk-1/_metadata` && blob.name !== shared(77))
    const both = narrow(plan, survey, new Confirmed(wanted))

    // What the first checkpoint names alone stays with it, and what it shares with the second.
    const stays = [`${TREE}/chk-1/_metadata`, own(1), shared(1), shared(12), shared(77)]
    expect(new Set(deleted(both.plan))).toEqual(new Set(deleted(plan).filter((name) => !stays.includes(name))))
    expect(both.plan.totals).toEqual({ blobs: both.plan.deletes.length, bytes: expect.any(Number) })
    expect(both.left).toEqual([own(1), shared(1), shared(12)].map((name) => ({ key: keyAt(name), outcome: 'spared' })))
  })

  it('says of all that was confirmed and stays what became of it', () => {
    const { plan } = world(WORLD)
    const confirmed = new Confirmed([
      ...blobsOf(plan),
      { ...keyOf('etl/report.csv'), etag: '0x1' },
      { ...keyOf(`${TREE}/chk-3/_metadata`), etag: chk(3).etag },
    ])
    const later = WORLD.filter((one) => one.name !== shared(77)).map((one) => (one.name === own(2) ? { ...one, etag: '0x99' } : one))
    const now = world(later)
    const { left } = narrow(now.plan, now.survey, confirmed)

    expect(new Map(left.map((one) => [one.key, one.outcome]))).toEqual(
      new Map([
        [keyAt(own(2)), 'changed'],
        [keyAt(shared(77)), 'gone'],
        // Nobody looks at single blobs there, so it is not said to be gone.
        [keyAt('etl/report.csv'), 'spared'],
        [keyAt(`${TREE}/chk-3/_metadata`), 'spared'],
      ]),
    )
  })

  it('spares the last restore point, when the newer one has vanished since', () => {
    const { plan } = world(WORLD)
    const now = world(WORLD.filter((one) => !one.name.startsWith(`${TREE}/chk-3/`) && one.name !== shared(3)))
    const both = narrow(now.plan, now.survey, new Confirmed(blobsOf(plan)))

    expect(deleted(plan)).toContain(`${TREE}/chk-2/_metadata`)
    expect(deleted(both.plan)).toContain(`${TREE}/chk-1/_metadata`)
    for (const name of [`${TREE}/chk-2/_metadata`, own(2), shared(2), shared(12)]) expect(deleted(both.plan)).not.toContain(name)
  })
})

function keyOf(name: string) {
  const [account = '', container = ''] = keyAt('x').split('/')
  return { account, container, name }
}

describe('whatever was confirmed, and whatever the world is now,', () => {
  const numbers = [1, 2, 3, 4, 5]
  const arbitraryWorld = fc
    .record({
      there: fc.subarray(numbers),
      files: fc.subarray(numbers),
      young: fc.subarray(numbers),
      liveness: fc.constantFrom('running' as const, 'terminated' as const, 'terminated' as const, 'unknown' as const),
      etag: fc.constantFrom('0x1A', '0x2B'),
    })
    .map(({ there, files, young, liveness, etag }) => {
      const age = (number: number) => (young.includes(number) ? { lastModifiedMs: NOW - DAY / 2 } : OLD)
      const snapshots = there.map((id) =>
        metadata(`${TREE}/chk-${id}`, [needs(own(id)), needs(shared(id)), needs(shared(id + 1))], age(id)),
      )
      const own_ = there.map((id) => file(own(id), age(id)))
      const shared_ = files.map((number) => ({ ...file(shared(number), age(number)), etag }))
      return world([...snapshots, ...own_, ...shared_], [job(A, { liveness })])
    })
  const planted = fc.array(
    fc.record({ name: fc.oneof(fc.string(), fc.constantFrom(shared(1), own(1), `${TREE}/chk-1/_metadata`)), etag: fc.string() }),
    { maxLength: 5 },
  )

  it('no more is deleted than both want, every `_metadata` before its files, and each confirmed blob goes or is told why it stays', () => {
    fc.assert(
      fc.property(arbitraryWorld, arbitraryWorld, planted, (before, now, lies) => {
        const recorded = [...blobsOf(before.plan), ...lies.map(({ name, etag }) => ({ ...keyOf(name), etag }))]
        const confirmed = new Confirmed(recorded)
        const both = narrow(now.plan, now.survey, confirmed)

        const wanted = new Set(versions(now.plan))
        const listed = new Set(recorded.map((blob) => `${locationKey(blob)}#${blob.etag}`))
        for (const version of versions(both.plan)) expect(wanted.has(version) && listed.has(version), version).toBe(true)
        const going = new Set(both.plan.deletes.map((one) => locationKey(one.blob)))
        for (const { after } of both.plan.deletes) for (const key of after) expect(going.has(key), key).toBe(true)
        expect(both.plan.deletes.length + both.left.length).toBe(confirmed.size)
      }),
      { numRuns: 200 },
    )
  })
})

it('a confirmed version is that version and no other', () => {
  const confirmed = new Confirmed([{ ...keyOf(`x/${uuid(1)}`), etag: '0x1' }])
  expect(confirmed.has({ ...keyOf(`x/${uuid(1)}`), etag: '0x1' })).toBe(true)
  expect(confirmed.has({ ...keyOf(`x/${uuid(1)}`), etag: '0x2' })).toBe(false)
  expect(confirmed.has({ ...keyOf(`x/${uuid(2)}`), etag: '0x1' })).toBe(false)
})
