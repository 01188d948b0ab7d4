import fc from 'fast-check'
import { expect, it } from 'vitest'
import { copyFileOf, decodeAges, decodeCopy, encodeCopy, type Original } from '../../src/lib/taken.js'

const ORIGINAL: Original = {
  name: 'checkpoints/a/chk-3/_metadata',
  etag: '0x1',
  lastModifiedMs: 1000,
  createdMs: null,
  metadata: { hdi_permission: '{"owner":"flink"}' },
  headers: { blobContentType: 'application/octet-stream' },
}
const FILE = copyFileOf(ORIGINAL.name)

it('a copy has all bytes and all that made the blob what it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const back = decodeCopy(FILE, encodeCopy(ORIGINAL, bytes))
      expect(back?.original).toEqual(ORIGINAL)
      expect(Buffer.compare(back?.bytes ?? Buffer.from('none'), bytes)).toBe(0)
    }),
  )
})

it('the name of a copy is no path that could be taken for one of Flink', () => {
  expect(FILE).toMatch(/^taken\/[0-9a-f]{40}$/)
})

it.each<[string, string, Uint8Array]>([
  ['nothing', FILE, Buffer.from('')],
  ['no JSON', FILE, Buffer.from('{\nx')],
  ['the copy of another blob', copyFileOf('x/_metadata'), encodeCopy(ORIGINAL, Buffer.from('x'))],
  ['the copy of what is no _metadata', copyFileOf('a/x'), encodeCopy({ ...ORIGINAL, name: 'a/x' }, Buffer.from('x'))],
  ['headers of other names', FILE, Buffer.from(`${JSON.stringify({ ...ORIGINAL, headers: { authorization: 'x' } })}\nx`)],
  ['no date', FILE, Buffer.from(`${JSON.stringify({ ...ORIGINAL, lastModifiedMs: 'x' })}\nx`)],
])('%s is no copy', (_, file, bytes) => {
  expect(decodeCopy(file, bytes)).toBeNull()
})

it('ages that cannot be read make nothing older', () => {
  const age = { name: 'a/_metadata', etag: '0x2', was: { etag: '0x1', lastModifiedMs: 5, createdMs: null } }
  expect(decodeAges(Buffer.from(JSON.stringify([age, { ...age, was: {} }, null, 3])))).toEqual([age])
  for (const text of ['', '{', '{}', 'null']) expect(decodeAges(Buffer.from(text))).toEqual([])
  expect(decodeAges(null)).toEqual([])
})
