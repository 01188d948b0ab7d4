import { describe, expect, it } from 'vitest'
import { groupLineages } from '../../../src/lib/state/lineage.js'
import { BUILT_IN_PRICES, capacityCost, writesOfMonth } from '../../../src/lib/usage/prices.js'
import { sumUsage } from '../../../src/lib/usage/sums.js'
import {
  type FakeBlob,
  HOUR,
  job,
  jobId,
  jobsOf,
  listedBlob,
  metadata,
  NOW,
  needs,
  needsBelow,
  running,
  surveyOf,
  uuid,
} from '../../support/builders.js'

const A = jobId(1)
const B = jobId(2)
const tree = (id: string) => `checkpoints/${id}`

function sums(blobs: FakeBlob[], jobs = jobsOf(job(A, { name: 'sales' }), job(B, { name: 'orders' })), intervals?: Map<string, number>) {
  const survey = surveyOf(blobs)
  return sumUsage(survey, groupLineages(jobs, survey.snapshots), intervals)
}

describe('sumUsage', () => {
  it('counts a shared file once, however many snapshots use it', () => {
    const file = `${tree(A)}/shared/${uuid(1)}`
    const { lineages } = sums([
      listedBlob(file, { sizeBytes: 1000 }),
      metadata(`${tree(A)}/chk-1`, [needs(file)]),
      metadata(`${tree(A)}/chk-2`, [needs(file)]),
    ])

    expect(lineages).toMatchObject([
      { lineage: 'sales', jobIds: [A], checkpoints: 2, shared: { blobs: 1, bytes: 1000 }, exclusive: { blobs: 2, bytes: 200 } },
    ])
  })

  it("counts a file where it lies, also when another job's snapshot needs it", () => {
    const file = `${tree(A)}/shared/${uuid(1)}`
    const { lineages } = sums([listedBlob(file, { sizeBytes: 1000 }), metadata(`${tree(B)}/chk-1`, [needs(file)])])

    expect(lineages.map(({ lineage, shared, orphaned }) => [lineage, shared.bytes, orphaned.bytes])).toEqual([
      ['sales', 1000, 0],
      ['orders', 0, 0],
    ])
  })

  it('tells orphans, temporary files and strangers apart, and misses nothing', () => {
    const { lineages, temporary, other, markers, total } = sums([
      listedBlob(`${tree(A)}/shared/${uuid(9)}`, { sizeBytes: 7 }),
      listedBlob(`_$azuretmpfolder$/${uuid(8)}`, { sizeBytes: 5 }),
      listedBlob('readme.txt', { sizeBytes: 3 }),
      listedBlob('_flinkops/runs/1/plan.json', { sizeBytes: 2 }),
      listedBlob(tree(A), { sizeBytes: 0, isDirectory: true }),
    ])

    expect(lineages).toMatchObject([{ lineage: 'sales', orphaned: { blobs: 1, bytes: 7 } }])
    expect({ temporary, other, markers, total }).toEqual({
      temporary: { blobs: 1, bytes: 5 },
      other: { blobs: 2, bytes: 5 },
      markers: 1,
      total: { blobs: 5, bytes: 17 },
    })
  })

  it('takes the files of a savepoint that was moved for its own', () => {
    const { lineages } = sums([
      listedBlob(`archive/monthly/${uuid(1)}`, { sizeBytes: 50 }),
      metadata('archive/monthly', [needsBelow(uuid(1))]),
    ])

    expect(lineages).toMatchObject([{ savepoints: 1, exclusive: { blobs: 2, bytes: 150 }, shared: { blobs: 0, bytes: 0 } }])
  })

  it('counts generations of one name together, and gives two living jobs of one name two names', () => {
    const blobs = [A, B].map((id) => metadata(`${tree(id)}/chk-1`, []))

    expect(sums(blobs, jobsOf(job(A, { name: 'sales' }), running(B, { name: 'sales' }))).lineages).toMatchObject([
      { lineage: 'sales', jobIds: [A, B], checkpoints: 2 },
    ])
    expect(sums(blobs, jobsOf(running(A, { name: 'sales' }), running(B, { name: 'sales' }))).lineages.map((row) => row.lineage)).toEqual([
      'sales (11111111)',
      'sales (22222222)',
    ])
  })
})

describe('costs', () => {
  const table = { ...BUILT_IN_PRICES, price: { ...BUILT_IN_PRICES.price, gibMonth: 0.02, write10k: 0.5 } }

  it('are those of so many GiB for a month', () => {
    expect(capacityCost(5 * 1024 ** 3, table)).toBeCloseTo(0.1)
  })

  it('estimate the writes of a month from what the newest checkpoint has written', () => {
    const MIB = 1024 ** 2
    const completedMs = NOW - HOUR
    const old = `${tree(A)}/shared/${uuid(1)}`
    const fresh = `${tree(A)}/shared/${uuid(2)}`
    const { lineages } = sums(
      [
        listedBlob(old, { sizeBytes: 900 * MIB, lastModifiedMs: completedMs - 60_000 }),
        listedBlob(fresh, { sizeBytes: 9 * MIB, lastModifiedMs: completedMs - 1000 }),
        metadata(`${tree(A)}/chk-2`, [needs(old), needs(fresh)], { lastModifiedMs: completedMs }),
        metadata(`savepoints/savepoint-111111-000000000001`, [], { lastModifiedMs: completedMs - 1000 }),
      ],
      undefined,
      new Map([[A, 30_000]]),
    )

    const [row] = lineages
    // Two files, three writes each besides their blocks: 3 for 9 MiB, 1 for _metadata.
    const perCheckpoint = 2 * 3 + 3 + 1
    expect(row && writesOfMonth(row, 30_000, table)).toEqual({ operations: 86_400 * perCheckpoint, cost: 8.64 * perCheckpoint * 0.5 })
    expect(row && writesOfMonth(row, undefined, table)).toBeNull()
  })
})
