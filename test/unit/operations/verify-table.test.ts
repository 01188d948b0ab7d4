import { describe, expect, it } from 'vitest'
import { verifyTable } from '../../../src/lib/operations/verify-table.js'
import { readTable, TABLES } from '../../support/tables.js'

const verify = (bytes: Uint8Array) =>
  verifyTable({ bytes: bytes.length, read: async (offset, count) => bytes.subarray(offset, offset + count) })

describe('verifyTable', () => {
  it.each([
    ['frocksdb6-bloom', 'CRC32C', 4],
    ['frocksdb6-v0', 'CRC32C', 3],
    ['frocksdb8-bloom', 'XXH3', 4],
    ['frocksdb8-v6', 'XXH3', 3],
  ] as const)('finds nothing wrong with %s, and checks metaindex, index, properties and filter', async (name, checksum, checked) => {
    expect(await verify(readTable(name))).toEqual({ ok: true, proof: { checksum, checked, unchecked: 0 } })
  })

  it.each(TABLES)('finds damage in the magic number and in the blocks before the footer of %s', async (name) => {
    const whole = readTable(name)
    const missed: number[] = []
    for (let at = whole.length - 1; at > whole.length - 60; at--) {
      const damaged = Buffer.from(whole)
      damaged[at] = (damaged[at] ?? 0) ^ 0x10
      if ((await verify(damaged)).ok) missed.push(whole.length - at)
    }
    // The footer has padding, and from format 6 on a checksum of its own, which are not looked at.
    expect(missed.every((fromEnd) => fromEnd > 8 && fromEnd <= 53)).toBe(true)
  })

  it.each(TABLES)('finds a bit that flipped in the properties of %s', async (name) => {
    const damaged = readTable(name)
    const at = damaged.indexOf('leveldb.BytewiseComparator')
    expect(at).toBeGreaterThan(0)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    expect(await verify(damaged)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^its properties block does not match its checksum/),
    })
  })

  it.each(TABLES)('finds that %s was cut, wherever', async (name) => {
    const whole = readTable(name)
    for (let length = 0; length < whole.length; length += 37) expect((await verify(whole.subarray(0, length))).ok).toBe(false)
  })

  it('says what is wrong with what is no table at all', async () => {
    expect(await verify(Buffer.alloc(1000))).toMatchObject({ problem: 'it does not end with the magic number of a RocksDB table' })
    expect(await verify(Buffer.alloc(10))).toMatchObject({ problem: 'it is 10 bytes long, too short for a RocksDB table' })
  })

  it('never asks for bytes outside the table, whatever the footer says', async () => {
    const whole = readTable('frocksdb6-bloom')
    for (let at = whole.length - 52; at < whole.length - 12; at++) {
      const damaged = Buffer.from(whole)
      damaged[at] = 0x7f
      await verifyTable({
        bytes: damaged.length,
        read: async (offset, count) => {
          expect(offset >= 0 && count >= 0 && offset + count <= damaged.length).toBe(true)
          return damaged.subarray(offset, offset + count)
        },
      })
    }
  })
})
