import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonBytes, jsonPieces, linesOf, parseJsonBytes } from '../../src/lib/large-json.js'

const value = fc.anything({
  values: [
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\n', '"', '\\', '\ud800', 'é', '😀', ''),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, Number.NaN, 1e21, -0),
  ],
  withNullPrototype: true,
  withDate: true,
  maxDepth: 4,
})

describe('a JSON text in pieces', () => {
  it('is the text that JSON.stringify gives', () => {
    fc.assert(
      fc.property(fc.record({ value }), (one) => {
        expect([...jsonPieces(one)].join('')).toBe(JSON.stringify(one))
        expect(jsonBytes(one).toString('utf8')).toBe(Buffer.from(JSON.stringify(one)).toString('utf8'))
      }),
      { numRuns: 2000 },
    )
  })

  it('comes in pieces of about a megabyte, however long an array is', () => {
    const long = { waves: [Array.from({ length: 100_000 }, (_, number) => ({ key: `acct/flink/${number}`, bytes: number }))] }
    const pieces = [...jsonPieces(long)]
    expect(pieces.length).toBeGreaterThan(2)
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(2 ** 21)
    expect(pieces.join('')).toBe(JSON.stringify(long))
  })
})

describe('a JSON text too long for one string', () => {
  it('says the same as a short one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (one) => {
        const bytes = Buffer.from(JSON.stringify(one))
        expect(await parseJsonBytes(bytes, 0)).toEqual(JSON.parse(bytes.toString('utf8')))
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['', '{', '[1', '[1]]', '{"a":1,}', '[1] x', '"a', 'nul', '{"waves":[[{"key":"a"},{"ke'])(
    'is refused when it is broken: %j',
    async (text) => {
      await expect(parseJsonBytes(Buffer.from(text), -1)).rejects.toThrow(/./)
      await expect(parseJsonBytes(Buffer.from(text))).rejects.toThrow(/./)
    },
  )
})

describe('linesOf', () => {
  it('gives what lies between line ends, the last with or without one', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\n', '\r', '"') })), (parts) => {
        const text = parts.join('\n')
        const lines = [...linesOf(Buffer.from(text))]
        expect(lines).toEqual(text === '' ? [] : text.replace(/\n$/, '').split('\n'))
      }),
    )
  })
})
