import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../../src/lib/config/duration.js'

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, ms })
  })

  it.each([
    ['24', '24 has no unit; write for example 24h'],
    ['', 'it is not a duration such as 90s, 15m, 24h or 7d'],
    ['-1h', 'it is not a duration such as 90s, 15m, 24h or 7d'],
    ['1.5h', 'it is not a duration such as 90s, 15m, 24h or 7d'],
    ['1h30m', 'it is not a duration such as 90s, 15m, 24h or 7d'],
    ['24 h', 'it is not a duration such as 90s, 15m, 24h or 7d'],
    ['24H', 'it is not a duration such as 90s, 15m, 24h or 7d'],
    ['1w', 'it is not a duration such as 90s, 15m, 24h or 7d'],
    ['99999999999999999999d', 'it is not a duration such as 90s, 15m, 24h or 7d'],
  ])('refuses %j', (text, problem) => {
    expect(parseDuration(text)).toEqual({ ok: false, problem })
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [72 * 3_600_000, '3d'],
    [1500, '1s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('writes what parseDuration reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e8 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toEqual({ ok: true, ms: seconds * 1000 })
      }),
    )
  })
})
