import { expect, it } from 'vitest'
import { parseMetadata } from '../../../../src/lib/state/metadata/parse.js'
import { Bytes } from './bytes.js'

/** The smallest version 6 file, with these properties. */
function parseProperties(write: (out: Bytes) => Bytes) {
  const out = new Bytes().hex('4960672d').i32(6).i64(1).i32(0).i32(0).hex('aced0005')
  return parseMetadata(write(out).done())
}

/** A new object of a new class without fields; `flags` as in ObjectStreamConstants. */
const emptyObject = (out: Bytes, flags: number) => out.hex('7372').utf('A').i64(0).u8(flags).u16(0).hex('7870')

it('passes over objects that later versions of Flink may add to the properties', () => {
  const ownWriter = (out: Bytes) => emptyObject(out, 3).hex('7702abcd').hex('7a00000001ff').hex('7078')
  const numbers = (out: Bytes) => out.hex('7572').utf('[I').i64(0).u8(2).u16(0).hex('7870').i32(2).i32(5).i32(6)
  const nothings = (out: Bytes) => out.hex('7572').utf('[Ljava.lang.Object;').i64(0).u8(2).u16(0).hex('7870').i32(2).hex('7070')
  const arrayField = (out: Bytes) => out.hex('7372').utf('A').i64(0).u8(2).u16(1).hex('5b').utf('list').hex('74').utf('[I').hex('787070')
  const text = (out: Bytes) => emptyObject(out, 3).hex('74').utf('text').hex('78')
  const classless = (out: Bytes) => out.hex('7370')
  const classlessArray = (out: Bytes) => out.hex('7570').i32(2).hex('7070')
  const classlessEnum = (out: Bytes) => out.hex('7e7074').utf('A')
  for (const write of [ownWriter, numbers, nothings, arrayField, text, classless, classlessArray, classlessEnum]) {
    expect(parseProperties(write)).toMatchObject({ ok: true, metadata: { snapshotType: null } })
    expect(parseProperties((out) => write(out).u8(0)).ok).toBe(false)
  }
})

it.each([
  ['an object that is nowhere', 'reference to no Java object', (out: Bytes) => out.hex('71').i32(0x7e0000)],
  ['a type code that Java does not know', 'unknown Java type code 66', (out: Bytes) => out.u8(0x42)],
  ['a class that writes in its own way', 'Java class "A", which writes in its own way', (out: Bytes) => emptyObject(out, 4)],
  ['a text for a class', 'no Java class where one must be', (out: Bytes) => out.hex('7374').utf('A')],
  [
    'a class that is its own parent',
    'nested deeper',
    (out: Bytes) => out.hex('7372').utf('A').i64(0).u8(2).u16(0).hex('7871').i32(0x7e0000),
  ],
  [
    'more elements than bytes',
    'impossible length of a Java array',
    (out: Bytes) => out.hex('7572').utf('[I').i64(0).u8(2).u16(0).hex('7870').i32(9),
  ],
  [
    'objects in objects without end',
    'nested deeper',
    (out: Bytes) => {
      out.hex('7372').utf('A').i64(0).u8(2).u16(1).hex('4c').utf('next').hex('74').utf('LA;').hex('7870')
      for (let depth = 0; depth < 10_000; depth++) out.hex('7371').i32(0x7e0000)
      return out.u8(0x70)
    },
  ],
] as const)('refuses properties with %s', (_, message, write) => {
  expect(parseProperties(write)).toMatchObject({ ok: false, problem: { kind: 'corrupt', message: expect.stringContaining(message) } })
})

/** What begins a class; its annotation comes next. */
const classBegin = (out: Bytes) => out.hex('72').utf('A').i64(0).u8(2).u16(0)
it.each<[string, (out: Bytes) => Bytes]>([
  ['arrays', (out) => out.hex('7571').i32(0x7e0000).i32(1)],
  ['enums', (out) => out.hex('7e71').i32(0x7e0000)],
  ['parents of classes', (out) => classBegin(out).u8(0x78)],
  ['objects within the class of an object', (out) => classBegin(out.u8(0x73))],
  ['arrays within the class of an array', (out) => classBegin(out.u8(0x75))],
  ['enums within the class of an enum', (out) => classBegin(out.u8(0x7e))],
  ['names of fields of classes of objects', (out) => out.hex('7372').utf('A').i64(0).u8(2).u16(1).hex('4c').utf('a')],
])('refuses properties with %s in one another without end', (_, open) => {
  const result = parseProperties((out) => {
    out.hex('7572').utf('[LA;').i64(0).u8(2).u16(0).hex('7870').i32(1)
    for (let depth = 0; depth < 10_000; depth++) open(out)
    return out
  })
  expect(result).toMatchObject({ ok: false, problem: { message: expect.stringContaining('nested deeper than 64') } })
})

it('says at which byte the properties go wrong', () => {
  const offsetOf = (write: (out: Bytes) => Bytes) => {
    const result = parseProperties(write)
    return result.ok ? null : result.problem.offset
  }
  const begin = 8 + 8 + 4 + 4 + 4
  expect(offsetOf((out) => out.u8(0x42))).toBe(begin)
  expect(offsetOf((out) => out.hex('71').i32(0x7e0000))).toBe(begin + 1)
  expect(offsetOf((out) => emptyObject(out, 3).hex('7a').i32(-1))).toBe(begin + 19)
})

it('shortens the name of a class that writes in its own way', () => {
  const result = parseProperties((out) => out.hex('7372').utf('A'.repeat(99)).i64(0).u8(4).u16(0).hex('7870'))
  expect(result).toMatchObject({ problem: { message: expect.stringContaining(`Java class "${'A'.repeat(80)}", which`) } })
})
