import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Lines } from '../../../src/lib/azure/lines.js'

const all = (lines: Lines): string[] => {
  const found: string[] = []
  for (let line = lines.line(); line !== null; line = lines.line()) found.push(line)
  return found
}

describe('the lines of a stretch of text', () => {
  it('are what splitting gives, whatever ends them and wherever they stand', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ':', ' ', '\r', 'ü'), maxLength: 6 }).filter((text) => !text.endsWith('\r'))
    const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 6 }).map((some) => some.flat().join(''))
    fc.assert(
      fc.property(text, text, text, (before, inside, after) => {
        const found = all(new Lines(`${before}${inside}\n${after}`, before.length, before.length + inside.length))
        expect(found).toEqual(`${inside}\n`.replaceAll('\r\n', '\n').slice(0, -1).split('\n'))
      }),
    )
  })

  it('that are headers are called for by their names in lower case, with what stands behind the colon', () => {
    const text = 'ETag: "0x1"\r\nx-a :b: c \r\nno header\r\n: nameless\r\n\r\nnot: one'
    const lines = new Lines(text, 0, text.length)
    const found: [string, string][] = []
    expect(lines.headers((name) => found.push([name, lines.value()]))).toBe(true)
    expect(found).toEqual([
      ['etag', '"0x1"'],
      ['x-a', 'b: c'],
    ])
    expect(all(lines)).toEqual(['not: one'])
  })

  it('do not reach back before their beginning', () => {
    expect(new Lines('\r\n', 1, 2).headers(() => undefined)).toBe(true)
  })

  it('that no empty line ends are no whole headers', () => {
    const lines = new Lines('a: 1\r\nb: 2\r\n\r\n', 0, 10)
    expect(lines.headers(() => undefined)).toBe(false)
  })
})
