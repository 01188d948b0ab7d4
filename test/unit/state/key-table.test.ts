import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import { isStateFileName, lastSegment } from '../../../src/lib/state/layout.js'
import { jobId, keyAt, uuid } from '../../support/builders.js'

const A = `checkpoints/${jobId(1)}/shared`

/** Names that are UUIDs, nearly UUIDs, and anything else. */
const lastName = fc.oneof(
  { weight: 3, arbitrary: fc.uuid() },
  { weight: 2, arbitrary: fc.nat({ max: 20 }).map(uuid) },
  fc.uuid().map((text) => text.toUpperCase()),
  fc.uuid().map((text) => text.slice(1)),
  fc.uuid().map((text) => `${text}0`),
  fc.uuid().map((text) => text.replace('-', '0')),
  fc.uuid().map((text) => `é${text.slice(1)}`),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '_metadata', 'chk-1', '\0', '\ud800', '__proto__'),
)
const directory = fc.oneof(fc.constantFrom('a', 'a/', 'a//', '', A, `${A}/${uuid(1)}`), fc.string({ unit: 'binary' }))
/** Keys of storage, and texts that are none. */
const key = fc.oneof(
  fc.tuple(directory, lastName).map(([before, name]) => keyAt(`${before}/${name}`)),
  fc.tuple(directory, lastName).map((parts) => parts.join('/')),
  lastName,
)
const keys = fc.array(key, { maxLength: 60 })

/** A UUID of which one of the four words of 32 bits is a number. */
function uuidWithWord(word: number, number: number): string {
  const digits = Array.from({ length: 4 }, (_, at) => (at === word ? number.toString(16) : '5a').padStart(8, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

describe('KeyTable', () => {
  it('gives equal keys equal numbers and different keys different ones, counted from 0, and every key back to the letter', () => {
    fc.assert(
      fc.property(keys, (all) => {
        const table = new KeyTable()
        const numbers = new Map<string, number>()
        for (const one of [...all, ...all]) {
          const expected = numbers.get(one) ?? numbers.size
          expect(table.find(one)).toBe(numbers.get(one))
          expect(table.intern(one)).toBe(expected)
          numbers.set(one, expected)
        }
        expect(table.size).toBe(numbers.size)
        for (const [one, id] of numbers) expect([table.find(one), table.keyOf(id)]).toEqual([id, one])
      }),
      { numRuns: 1000 },
    )
  })

  it('knows of each key its directory and its name, and whether that is the name of a state file', () => {
    fc.assert(
      fc.property(keys, (all) => {
        const table = new KeyTable()
        for (const one of all) {
          const id = table.intern(one)
          const name = lastSegment(one)
          expect(table.nameOf(id)).toBe(name)
          expect(table.prefixOf(table.directoryOf(id))).toBe(one.slice(0, one.length - name.length))
          expect(table.directory(one.slice(0, one.length - name.length))).toBe(table.directoryOf(id))
          expect(table.isOdd(id)).toBe(!isStateFileName(name))
        }
      }),
    )
  })

  it('takes a name as a part of a longer text', () => {
    fc.assert(
      fc.property(fc.string(), lastName, (before, name) => {
        const table = new KeyTable()
        const at = table.directory('acct/flink/x/')
        expect(table.findIn(at, before + name, before.length)).toBeUndefined()
        const id = table.intern(`acct/flink/x/${name}`)
        fc.pre(!name.includes('/'))
        expect(table.findIn(at, before + name, before.length)).toBe(id)
        expect(table.internIn(at, before + name, before.length)).toBe(id)
        expect(table.internUuid(at, before + name, before.length)).toBe(isStateFileName(name) ? id : undefined)
      }),
    )
  })

  it('finds each of many keys after it has grown, those counted up and those of other directories too', () => {
    const table = new KeyTable()
    const names = Array.from({ length: 20_000 }, (_, number) => `a/b/${number % 7}/${uuid(number)}`)
    expect(names.map((name) => table.intern(name))).toEqual(names.map((_, number) => number))
    expect(names.filter((name, number) => table.find(name) !== number || table.keyOf(number) !== name)).toEqual([])
    expect(table.find(`a/b/1/${uuid(0)}`)).toBeUndefined()
  })

  it.each([0, 9, 14, 19, 24, 28])('tells UUIDs of one directory apart that differ in nothing but what stands at %i', (at) => {
    const table = new KeyTable()
    const names = Array.from({ length: 4096 }, (_, number) => {
      const digits = number.toString(16).padStart(4, '0')
      return `a/b/${uuid(1).slice(0, at)}${digits}${uuid(1).slice(at + 4)}`
    })
    expect(names.map((name) => table.intern(name))).toEqual(names.map((_, number) => number))
    expect(names.filter((name, number) => table.find(name) !== number)).toEqual([])
  })

  it.each([0, 1, 2, 3])('takes no key for another whose place in its index is near: 150,000 that differ in word %i alone', (word) => {
    const table = new KeyTable()
    const directory = table.directory('a/b/')
    const wrong = Array.from({ length: 150_000 }, (_, number) => number).filter((number) => {
      return table.internIn(directory, uuidWithWord(word, number), 0) !== number
    })
    expect(wrong).toEqual([])
  })

  it('takes no key for another of another directory: 150,000 directories with the same name in each', () => {
    const table = new KeyTable()
    const numbers = Array.from({ length: 150_000 }, (_, number) => number)
    expect(numbers.filter((number) => table.intern(`a/${number}/${uuid(1)}`) !== number)).toEqual([])
  })

  it('finds UUIDs among any number of other names, which take no place in its index', () => {
    const table = new KeyTable()
    const names = Array.from({ length: 5000 }, (_, number) => `a/b/${number % 10 === 9 ? uuid(number) : `part-${number}`}`)
    expect(names.map((name) => table.intern(name))).toEqual(names.map((_, number) => number))
    expect(names.filter((name, number) => table.find(name) !== number)).toEqual([])
  })

  it('orders keys as their texts are, directory by directory', () => {
    fc.assert(
      fc.property(keys, (all) => {
        const table = new KeyTable()
        const ids = [...new Set(all)].map((one) => table.intern(one))
        const parts = (id: number): [string, string] => [table.prefixOf(table.directoryOf(id)), table.nameOf(id)]
        const inOrder = (one: [string, string], other: [string, string]) =>
          one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]) ? -1 : 1
        expect(ids.toSorted((a, b) => table.compare(a, b)).map(parts)).toEqual(ids.map(parts).toSorted(inOrder))
        for (const id of ids) expect(table.isOdd(id) || table.compare(id, id) === 0).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('does not add what it only looks for', () => {
    const table = new KeyTable()
    expect([table.find(`a/b/${uuid(1)}`), table.findDirectory('a/b/'), table.size]).toEqual([undefined, undefined, 0])
  })
})
