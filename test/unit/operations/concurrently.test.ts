import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { mapBySize, mapConcurrently } from '../../../src/lib/operations/concurrently.js'

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at)

/** Work that counts, and fails on the items that `fails` says; the item itself decides how long it takes. */
function counted(fails: (item: number) => boolean, msOf: (item: number) => number) {
  const seen = { begun: 0, ended: 0 }
  const work = async (item: number) => {
    seen.begun++
    await setTimeout(msOf(item))
    seen.ended++
    if (fails(item)) throw new Error(`item ${item}`)
    return item * 2
  }
  return { seen, work }
}

describe('mapConcurrently', () => {
  it('answers in the order of the items, whichever ends first', async () => {
    const { work } = counted(
      () => false,
      (item) => 5 - item,
    )
    expect(await mapConcurrently(upTo(5), 3, work)).toEqual([0, 2, 4, 6, 8])
  })

  it('passes on items that are undefined', async () => {
    expect(await mapConcurrently([undefined, 1], 2, async (item) => String(item))).toEqual(['undefined', '1'])
  })

  it.each([
    { limit: 1, failing: 0, begun: 1 },
    { limit: 4, failing: 0, begun: 4 },
    { limit: 16, failing: 0, begun: 16 },
    { limit: 4, failing: 3, begun: 4 },
    { limit: 1, failing: 99, begun: 100 },
    { limit: 500, failing: 0, begun: 100 },
  ])('begins nothing after an error and settles when all in flight have ended: $limit at once, item $failing fails', async (row) => {
    const { seen, work } = counted(
      (item) => item === row.failing,
      (item) => (item === row.failing ? 0 : 10),
    )
    await expect(mapConcurrently(upTo(100), row.limit, work)).rejects.toThrow(`item ${row.failing}`)
    expect(seen).toEqual({ begun: row.begun, ended: row.begun })
    await setTimeout(30)
    expect(seen.begun).toBe(row.begun)
  })

  it('throws the first error when several in flight fail', async () => {
    const { work } = counted(
      () => true,
      (item) => 20 - item * 5,
    )
    await expect(mapConcurrently(upTo(4), 4, work)).rejects.toThrow('item 3')
  })

  it('takes work that throws at once for an error, too', async () => {
    const work = (): Promise<never> => {
      throw new Error('at once')
    }
    await expect(mapConcurrently(upTo(3), 2, work)).rejects.toThrow('at once')
  })
})

describe('mapBySize', () => {
  it('reads no large item after a small one failed', async () => {
    const { seen, work } = counted(
      (item) => item === 0,
      () => 1,
    )
    const sizeOf = (item: number) => (item < 2 ? 1 : Number.MAX_SAFE_INTEGER)
    await expect(mapBySize(upTo(6), { atOnce: 2, sizeOf }, work)).rejects.toThrow('item 0')
    expect(seen).toEqual({ begun: 2, ended: 2 })
  })
})
