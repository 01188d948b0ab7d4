import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openPace } from '../../../src/lib/operations/pace.js'

/** Takes heaps one after the other on a clock of its own; answers when each went. */
async function taken(maxRate: number, counts: number[], worksMs = 0): Promise<number[]> {
  let nowMs = 1000
  const at: number[] = []
  const pace = openPace({
    maxRate,
    nowMs: () => nowMs,
    pause: async (ms) => {
      nowMs += ms
    },
  })
  for (const count of counts) {
    await pace.take(Math.min(count, pace.heap))
    at.push(nowMs)
    nowMs += worksMs
  }
  return at
}

it('never lets more go than the rate, over any stretch of time', async () => {
  const input = [
    fc.integer({ min: 1, max: 5000 }),
    fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 2, maxLength: 40 }),
    fc.nat(300),
  ] as const
  await fc.assert(
    fc.asyncProperty(...input, async (maxRate, counts, worksMs) => {
      const heap = Math.max(1, Math.ceil(maxRate / 4))
      const at = await taken(maxRate, counts, worksMs)
      for (const [first, start] of at.entries())
        for (const [last, end] of at.entries()) {
          const before = counts.slice(first, last).reduce((sum, count) => sum + Math.min(count, heap), 0)
          if (last > first) expect(before).toBeLessThanOrEqual(((end - start) * maxRate) / 1000 + 1e-6)
        }
    }),
    { numRuns: 60 },
  )
})

it('saves nothing up while nobody takes', async () => {
  expect(await taken(4, [1, 1, 1], 10_000)).toEqual([1000, 11_000, 21_000])
})

it('waits for nothing where there is no rate', async () => {
  const pace = openPace({ maxRate: null, nowMs: () => 0, pause: () => Promise.reject(new Error('no pause')) })
  await pace.take(1_000_000)
  expect(pace.heap).toBe(Number.POSITIVE_INFINITY)
})
