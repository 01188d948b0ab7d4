import { describe, expect, it } from 'vitest'
import { bytes, duration, isoTime, plural, shortId, wrap, wrapWords } from '../../../src/lib/views/format.js'

describe('format', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [102_400, '100 KiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
    [3 * 1024 ** 6, '3072 PiB'],
  ])('writes %i bytes as %s', (count, text) => {
    expect(bytes(count)).toBe(text)
  })

  it.each([
    [-5, '0s'],
    [499, '0s'],
    [45_000, '45s'],
    [60_000, '1m'],
    [3_599_000, '59m'],
    [3_600_000, '1h'],
    [11_100_000, '3h 5m'],
    [86_400_000, '1d'],
    [352_800_000, '4d 2h'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  it('writes counts, times and short ids', () => {
    expect([plural(0, 'blob'), plural(1, 'blob'), plural(12_345, 'blob')]).toEqual(['0 blobs', '1 blob', '12,345 blobs'])
    expect(isoTime(Date.UTC(2026, 10, 22, 12))).toBe('2026-11-22T12:00:00.000Z')
    expect(shortId('a1b2c3d4e5f60718293a4b5c6d7e8f90')).toBe('a1b2c3d4')
  })

  it('breaks a text at spaces, and indents what follows', () => {
    expect(wrap('  12  one two three four', 12, 6)).toEqual(['  12  one', '      two', '      three', '      four'])
    expect(wrap('one two', 80)).toEqual(['one two'])
  })

  it('breaks within a word that is longer than the line, and ends', () => {
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
    expect(wrap('a bcdefghijk', 6, 2)).toEqual(['a', '  bcde', '  fghi', '  jk'])
  })

  it('leaves a path whole, however narrow the terminal', () => {
    expect(wrapWords('Restorable: wasbs://flink@acct/checkpoints/chk-7 is', 20, 2)).toEqual([
      'Restorable:',
      '  wasbs://flink@acct/checkpoints/chk-7',
      '  is',
    ])
  })

  it('leaves a pipe its lines whole', () => {
    expect(wrap('x '.repeat(500), Number.POSITIVE_INFINITY)).toHaveLength(1)
  })
})
