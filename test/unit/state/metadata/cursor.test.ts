import { describe, expect, it } from 'vitest'
import { Cursor } from '../../../../src/lib/state/metadata/cursor.js'
import { formatOffset, UnreadableMetadata } from '../../../../src/lib/state/metadata/problem.js'
import { Bytes } from './bytes.js'

/** What a read of these bytes, behind one other byte, fails with, and where. */
function failure(bytes: Bytes, read: (cursor: Cursor) => unknown): [string, number] {
  try {
    read(new Cursor(bytes.done(), 1))
  } catch (error) {
    if (error instanceof UnreadableMetadata) return [error.message, error.offset]
    throw error
  }
  throw new Error('it was read')
}

const begin = () => new Bytes().u8(0)

describe('Cursor', () => {
  it('takes a count only if so many things can follow', () => {
    const count = (number: number) => begin().i32(number).i64(0)
    expect(new Cursor(count(2).done(), 1).count('things', 4)).toBe(2)
    expect(failure(count(3), (cursor) => cursor.count('things', 4))).toEqual(['impossible things 3', 1])
    expect(failure(count(-1), (cursor) => cursor.count('things'))).toEqual(['impossible things -1', 1])
  })

  it('says how many bytes are missing, and from where', () => {
    expect(failure(begin().u16(0), (cursor) => cursor.i32())).toEqual(['the file ends where 4 more bytes are needed', 1])
  })

  it('takes an ordinal only below its limit', () => {
    expect(new Cursor(begin().u8(2).done(), 1).ordinal('mode', 3)).toBe(2)
    expect(failure(begin().u8(3), (cursor) => cursor.ordinal('mode', 3))).toEqual(['unknown mode 3', 1])
  })

  it.each([
    ['utf', (cursor: Cursor) => cursor.utf()],
    ['skipUtf', (cursor: Cursor) => cursor.skipUtf()],
  ] as const)('refuses malformed text, read by %s, and nothing behind it', (_, read) => {
    expect(failure(begin().u16(2).hex('6180'), read)).toEqual(['malformed text', 3])
    expect(failure(begin().u16(3).hex('61'), read)).toEqual(['the file ends where 3 more bytes are needed', 3])
    const cursor = new Cursor(begin().utf('aé').hex('80').done(), 1)
    read(cursor)
    expect(cursor.remaining).toBe(1)
  })
})

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_234_567, '1,234,567'],
])('writes the offset %i as %s', (offset, text) => {
  expect(formatOffset(offset)).toBe(text)
})
