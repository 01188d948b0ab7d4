import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Site, sorted, startSite } from '../../support/cleanup-site.js'
import { ageInYear, allOf, type Generation, jobsOfYear, lastOf, storeYear, yearOf } from '../../support/year.js'

const DAY_MS = 86_400_000

/** 60 job ids, 4 names, 30 of them forgotten by REST; three died with a checkpoint under way. */
const YEAR = yearOf({
  names: ['sales', 'orders', 'clicks', 'fraud'],
  generations: () => 15,
  // Of `clicks` one that ended 25 days ago instead of one of long ago.
  isForgotten: (name, back) => (name === 2 ? [2, 9, 10, 11, 12, 13, 14].includes(back) : back > 7 || (back === 7 && name < 2)),
  isCrashed: (name, back) => name === 3 && [3, 5, 12].includes(back),
})

const isYoung = ({ ageMs }: Generation) => ageMs < DAY_MS
/** The one that nobody is known to have gone on from, since who did is forgotten. */
const isTip = (one: Generation) => YEAR.some((other) => other.name === one.name && other.back === one.back - 1 && other.isForgotten)
const staying = (of: (one: Generation) => string[]) => sorted(YEAR.flatMap(of))

let site: Site

beforeAll(async () => {
  site = await startSite({
    store: (client) => storeYear(client, YEAR),
    jobs: (path) => jobsOfYear(YEAR, path),
    ageMs: ageInYear(YEAR, () => 0),
  })
}, 120_000)
afterAll(() => site.close())

async function bytesAndBlobs(): Promise<{ blobs: number; bytes: number }> {
  const sum = { blobs: 0, bytes: 0 }
  for await (const { name, properties } of site.client.listBlobsFlat()) {
    if (name.startsWith('_flinkops/')) continue
    sum.blobs++
    sum.bytes += properties.contentLength ?? 0
  }
  return sum
}

/** Runs, and counts against the container's own word. */
async function counted(...args: string[]) {
  const before = await bytesAndBlobs()
  const { json, code } = await site.cleanup(...args)
  const after = await bytesAndBlobs()
  const freed = { blobs: before.blobs - after.blobs, bytes: before.bytes - after.bytes }
  expect(code, JSON.stringify(json.error ?? json.guards)).toBe(0)
  expect(json.totals).toEqual(freed)
  expect(json.result).toMatchObject({ deletedBlobs: freed.blobs, deletedBytes: freed.bytes, changed: 0, failed: [] })
  return json
}

describe.sequential('the account that everybody has', () => {
  it('is a year of 60 job ids, half of them forgotten, one running generation of each name', async () => {
    expect(YEAR).toHaveLength(60)
    expect(YEAR.filter((one) => one.isForgotten)).toHaveLength(30)
    expect(YEAR.filter((one) => one.back === 0)).toHaveLength(4)
    expect(sorted(await site.names())).toEqual(staying(allOf))
  })

  it('is freed by --older-than 24h of all from which another run is known to have gone on; of the others the last stays', async () => {
    await counted('--yes')

    expect(sorted(await site.names())).toEqual(
      staying((one) => (one.back === 0 || isYoung(one) ? allOf(one) : one.isForgotten || isTip(one) ? lastOf(one) : [])),
    )
  })

  it('is freed of the rest by --abandoned-older-than 30d: what runs, the young, and the last of whoever ended lately stay', async () => {
    await counted('--abandoned-older-than', '30d', '--yes')

    const isLate = (one: Generation) => one.isForgotten && one.ageMs < 30 * DAY_MS
    expect(YEAR.filter(isLate)).toHaveLength(1)
    expect(sorted(await site.names())).toEqual(
      staying((one) => (one.back === 0 || isYoung(one) ? allOf(one) : isLate(one) ? lastOf(one) : [])),
    )
  })

  it('has nothing more to delete after that, and every checkpoint that is left is complete', async () => {
    const { totals } = await counted('--abandoned-older-than', '30d', '--yes')

    expect(totals).toEqual({ blobs: 0, bytes: 0 })
    const { stdout } = await site.cli.run(['list-checkpoints', '-o', 'tsv'])
    // Two of each job that runs, two of each that ended 12 hours ago, one of the late one.
    expect(stdout.trimEnd().split('\n')).toHaveLength(4 * 2 + 4 * 2 + 1)
    expect(stdout.match(/\tcomplete\t/g)).toHaveLength(17)
  })
})
