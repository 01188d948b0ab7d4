import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import { Uses } from '../../../src/lib/state/uses.js'
import { reference } from '../../support/builders.js'

const SHORT = 2 ** 32
const size = fc.constantFrom(null, 0, 1, SHORT - 3, SHORT - 2, SHORT - 1, SHORT, SHORT + 1, 2 ** 40, Number.MAX_SAFE_INTEGER, -1, -2)

describe('Uses', () => {
  it('keeps every size as it was stated, around 4 GiB too, and tells unknown from empty', () => {
    fc.assert(
      fc.property(fc.array(size, { maxLength: 6 }), fc.nat({ max: 2 }), (sizes, idle) => {
        const uses = new Uses(new KeyTable(), sizes.length + idle)
        for (const [id, sizeBytes] of sizes.entries()) uses.add(id, { ...reference('a'), kind: 'file', sizeBytes })
        uses.trim()
        expect(sizes.map((_, at) => uses.requiredBytes(at))).toEqual(sizes)
        expect(sizes.map((_, at) => uses.statedBytes(at))).toEqual(sizes.map((bytes) => Math.max(0, bytes ?? 0)))
      }),
    )
  })

  it('tells the stated size from the required one of a segment behind 4 GiB', () => {
    const uses = new Uses(new KeyTable(), 2)
    uses.add(0, { ...reference('a'), kind: 'file', sizeBytes: SHORT + 5 })
    uses.add(1, { ...reference('b'), kind: 'segment', sizeBytes: 7, offset: SHORT, length: 7 })
    expect([uses.requiredBytes(0), uses.requiredBytes(1)]).toEqual([SHORT + 5, SHORT + 7])
    expect([uses.statedBytes(0), uses.statedBytes(1)]).toEqual([SHORT + 5, 7])
  })

  it('tells directories from files, and relative uses from others', () => {
    const keys = new KeyTable()
    const uses = new Uses(keys, 3)
    uses.directories.add('acct/flink/d')
    uses.add(keys.intern('acct/flink/f'), { ...reference('a'), relative: false })
    uses.add(keys.intern('acct/flink/g'), { ...reference('b'), relative: true })
    expect([...uses.trim()]).toEqual([
      { key: 'acct/flink/d', isRelative: false, isDirectory: true },
      { key: 'acct/flink/f', isRelative: false, isDirectory: false },
      { key: 'acct/flink/g', isRelative: true, isDirectory: false },
    ])
    expect(uses.ids).toHaveLength(2)
  })
})
