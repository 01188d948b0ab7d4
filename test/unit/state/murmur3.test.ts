import { describe, expect, it } from 'vitest'
import { murmur128 } from '../../../src/lib/state/murmur3.js'

describe('murmur128', () => {
  // Printed by Guava's own `Hashing.murmur3_128(0)`, as Flink 2.3.0 ships it.
  it.each<[number[], string]>([
    [[], '00000000000000000000000000000000'],
    [[1], 'feca28aff5a3958840bee985ee7de4d3'],
    [[1, 2, 3], 'b55c69c3c551cf504135d724a388b34d'],
    [[1, 2, 3, 4], 'c3b22732b2243c33e1320b95d3b99b86'],
    [[-1, 305419896, 7, 8, 9], '830d1de70b6d14ec0073c9dc4d1bbed7'],
    [[1, 2, 3, 4, 5, 6, 7, -8], '0ef073a1818972a7b1e7727f37e60f86'],
    [[-2147483648, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'd5fe8adde5f2820650555274c00cdf37'],
  ])('hashes %j as Guava does', (ints, hash) => {
    expect(Buffer.from(murmur128(Int32Array.from(ints))).toString('hex')).toBe(hash)
  })
})
