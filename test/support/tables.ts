import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Tables that the RocksDB of Flink wrote, 40 entries each, with a Bloom filter where the name says so: `frocksdbjni` 6.20.3 (Flink 1.14 to
 * 1.20, CRC32C) and 8.10.0 (Flink 2.0 to 2.3, XXH3), table format 5 or as named.
 */
export const TABLES = ['frocksdb6-bloom', 'frocksdb6-v0', 'frocksdb8-bloom', 'frocksdb8-v6'] as const

export function readTable(name: (typeof TABLES)[number]): Buffer {
  return readFileSync(join(import.meta.dirname, 'tables', `${name}.sst`))
}
