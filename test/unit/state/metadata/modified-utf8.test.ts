import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeModifiedUtf8, isModifiedUtf8 } from '../../../../src/lib/state/metadata/modified-utf8.js'
import { Bytes } from './bytes.js'

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

it('reads back whatever Java can write, lone surrogates and zeros included', () => {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((codes) => String.fromCharCode(...codes))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string(), units), (text) => {
      const bytes = new Bytes().utf(text).done()
      expect(decodeModifiedUtf8(viewOf(bytes), 2, bytes.length)).toBe(text)
      expect(isModifiedUtf8(viewOf(bytes), 2, bytes.length)).toBe(true)
    }),
  )
})

it('reads the longest text Java can write', () => {
  const bytes = new Uint8Array(65_535).fill(0x61)
  expect(decodeModifiedUtf8(viewOf(bytes), 0, bytes.length)).toBe('a'.repeat(65_535))
})

it.each([
  ['a raw zero', '6100'],
  ['a raw zero among four', '61620063'],
  ['a wrong byte among four', '61629063'],
  ['an overlong letter', 'c1a1'],
  ['an overlong three-byte form', 'e08080'],
  ['a four-byte form', 'f09f9880'],
  ['a lone continuation byte', '80'],
  ['a cut two-byte form', 'c3'],
  ['a cut three-byte form', 'e282'],
  ['a three-byte form with a wrong second byte', 'e24141'],
  ['a three-byte form with a wrong third byte', 'e28241'],
  ['a two-byte form with a wrong second byte', 'c341'],
  ['a byte that begins nothing', 'ff8080'],
])('refuses %s', (_, hex) => {
  // The bytes behind the text would complete a cut form: they must not count.
  const bytes = Uint8Array.from(Buffer.from(`${hex}8080`, 'hex'))
  expect(decodeModifiedUtf8(viewOf(bytes), 0, hex.length / 2)).toBeNull()
  expect(isModifiedUtf8(viewOf(bytes), 0, hex.length / 2)).toBe(false)
})
