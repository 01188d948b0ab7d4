import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import { arbitrarySnapshot } from './arbitraries.js'
import { encodeMetadata } from './encoder.js'
import { usesOf } from './uses.js'

it('finds exactly the uses that were put into any tree of handles', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const result = parseMetadata(encodeMetadata(snapshot))
      if (!result.ok) throw new Error(result.problem.message)
      expect(result.metadata.references).toEqual(usesOf(snapshot))
      expect(result.metadata.checkpointId).toBe(BigInt(snapshot.checkpointId))
    }),
    { numRuns: 300 },
  )
})

it('refuses any random tree of handles cut short anywhere', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (snapshot, share) => {
      const bytes = encodeMetadata(snapshot)
      expect(parseMetadata(bytes.subarray(0, Math.floor(bytes.length * share))).ok).toBe(false)
    }),
  )
})

it('answers for random bytes behind a valid header', () => {
  const header = (version: number) =>
    Uint8Array.of(0x49, 0x60, 0x67, 0x2d, 0, 0, 0, version, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1)
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.uint8Array({ maxLength: 300 }), (version, tail) => {
      expect(parseMetadata(Uint8Array.from([...header(version), ...tail])).ok).toBe(false)
    }),
    { numRuns: 500 },
  )
})
