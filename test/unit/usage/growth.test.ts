import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecast, growthSince, type Look } from '../../../src/lib/usage/growth.js'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 22)

function look(daysAgo: number, bytes: number, parts: Partial<Look> = {}): Look {
  return { atMs: NOW - daysAgo * DAY, scope: 'acct/flink', bytes, blobs: 1, lineages: {}, ...parts }
}

describe('growthSince', () => {
  it('compares with the newest look before, of the same storage', () => {
    const looks = [look(7, 100), look(1, 300), look(0.5, 5, { scope: 'acct/other' }), look(3, 200)]
    expect(growthSince(looks, look(0, 350))).toEqual({ sinceMs: NOW - DAY, bytes: 50, lineages: {} })
  })

  it('compares with a look of the same second, the last of them: the clock of the service is no finer', () => {
    const looks = [look(0, 100), look(0, 200)]
    expect(growthSince(looks, look(0, 350))).toEqual({ sinceMs: NOW, bytes: 150, lineages: {} })
  })

  it('is not known at the first look', () => {
    expect(growthSince([look(1, 100, { scope: 'elsewhere' })], look(0, 350))).toBeNull()
  })

  it('tells the lineages that the look before saw, and no others', () => {
    const before = look(1, 10, { lineages: { sales: 10, gone: 3 } })
    expect(growthSince([before], look(0, 10, { lineages: { sales: 4, fresh: 6 } }))?.lineages).toEqual({ sales: -6 })
  })
})

describe('forecast', () => {
  it.each([
    ['of two looks', [look(2, 100)]],
    ['of looks within a day', [look(0.9, 100), look(0.5, 200)]],
    ['of looks that are older than 90 days', [look(120, 100), look(100, 200)]],
  ])('makes no line %s', (_, looks) => {
    expect(forecast(looks, look(0, 300))).toMatchObject({ bytesPerDay: null, bytesIn30Days: null })
  })

  it('goes on in the straight line on which the looks lie, whatever their order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 89 }), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        (days, perDay) => {
          const start = 10 ** 9
          const told = forecast(
            days.map((ago) => look(ago, start - ago * perDay)),
            look(0, start),
          )
          expect(told).toMatchObject({ looks: days.length + 1, bytesPerDay: perDay || 0, bytesIn30Days: start + 30 * perDay })
        },
      ),
    )
  })

  it('never foretells less than nothing', () => {
    expect(forecast([look(2, 300), look(1, 200)], look(0, 100))).toMatchObject({ bytesPerDay: -100, bytesIn30Days: 0 })
  })
})
