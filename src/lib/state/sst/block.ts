import { crc32c } from './crc32c.js'
import { type BlockHandle, type Footer, TRAILER_BYTES } from './footer.js'
import { xxh3 } from './xxh3.js'

export type BlockVerdict = 'ok' | 'not-checked' | 'damaged'

/** `CompressionType` of RocksDB; 0x40 is zstd before its format was final. */
const COMPRESSIONS = new Set([0, 1, 2, 3, 4, 5, 6, 7, 0x40])

/**
 * Checks a block against its trailer: kind of compression, checksum (`table/format.cc`, `ComputeBuiltinChecksumWithLastByte`). `stored`: the
 * block and its trailer. xxHash and xxHash64, which no RocksDB of Flink's writes by default, are not checked.
 */
export function checkBlock(stored: Uint8Array, { offset }: BlockHandle, { checksum, contextChecksum }: Footer): BlockVerdict {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength)
  const size = stored.length - TRAILER_BYTES
  const compression = stored[size] ?? -1
  if (!COMPRESSIONS.has(compression)) return 'damaged'
  const computed = checksumOf(checksum, stored.subarray(0, size + 1))
  if (computed === null) return 'not-checked'
  const modifier = contextChecksum === 0 ? 0 : (contextChecksum ^ ((offset % 2 ** 32) + Math.floor(offset / 2 ** 32))) >>> 0
  return (computed + modifier) % 2 ** 32 === view.getUint32(size + 1, true) ? 'ok' : 'damaged'
}

function checksumOf(kind: Footer['checksum'], stored: Uint8Array): number | null {
  const [block, compression] = [stored.subarray(0, -1), stored.at(-1) ?? 0]
  if (kind === 'CRC32C') return masked(crc32c(stored))
  if (kind === 'XXH3') return (Number(xxh3(block) & 0xffffffffn) ^ Math.imul(compression, 0x6b9083d9)) >>> 0
  return null
}

/** As stored (`util/crc32c.h`, `Mask`). */
function masked(crc: number): number {
  return ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) % 2 ** 32
}
