import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../../../src/lib/state/sst/crc32c.js'
import { xxh3 } from '../../../../src/lib/state/sst/xxh3.js'

const text = (words: string) => new TextEncoder().encode(words)

describe('crc32c', () => {
  it.each([
    ['nothing', text(''), 0],
    ['the digits (RFC 3720)', text('123456789'), 0xe3069283],
    ['32 zeros (RFC 3720)', new Uint8Array(32), 0x8a9136aa],
    ['32 times ff (RFC 3720)', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })
})

describe('xxh3', () => {
  it.each([
    ['', '2d06800538d394c2'],
    ['a', 'e6c632b61e964e1f'],
    ['abc', '78af5f94892f3950'],
  ])('of "%s" is as published', (words, expected) => {
    expect(xxh3(text(words)).toString(16)).toBe(expected)
  })

  it('is another one for every length and every flipped bit, through all of its four ways', () => {
    const seen = new Set<bigint>()
    const lengths = [1, 3, 4, 8, 9, 16, 17, 64, 128, 129, 240, 241, 1024, 1025, 5000]
    for (const length of lengths) {
      const bytes = createHash('shake256', { outputLength: length }).update('seed').digest()
      seen.add(xxh3(bytes))
      bytes[length >> 1] = (bytes[length >> 1] ?? 0) ^ 1
      seen.add(xxh3(bytes))
    }
    expect(seen.size).toBe(2 * lengths.length)
  })
})
