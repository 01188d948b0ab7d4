import { readVarint } from './varint.js'

/** Where a block lies; its trailer of 5 bytes follows it. */
export interface BlockHandle {
  offset: number
  size: number
}

export type ChecksumKind = 'none' | 'CRC32C' | 'xxHash' | 'xxHash64' | 'XXH3'

export interface Footer {
  formatVersion: number
  checksum: ChecksumKind
  metaindex: BlockHandle
  /** `null` since format 6, where the metaindex names it. */
  index: BlockHandle | null
  /** Since format 6 the checksum of a block depends on its place. */
  contextChecksum: number
  /** Where the footer begins. */
  offset: number
}

export type FooterResult = { ok: true; footer: Footer } | { ok: false; problem: string }

export const FOOTER_BYTES = 53
const LEGACY_FOOTER_BYTES = 48
export const TRAILER_BYTES = 5
const MAGIC = 0x88e241b785f4cff7n
const LEGACY_MAGIC = 0xdb4775248b80fb57n
const KINDS: ChecksumKind[] = ['none', 'CRC32C', 'xxHash', 'xxHash64', 'XXH3']
const NEWEST_FORMAT = 7

/**
 * Reads the end of a RocksDB block-based table (`table/format.cc`, `Footer::DecodeFrom`), formats 0 to 7. `tail`: the last 53 bytes of a
 * table of `tableBytes`, or all of it when it is shorter.
 */
export function readFooter(tail: Uint8Array, tableBytes: number): FooterResult {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  if (tail.length < LEGACY_FOOTER_BYTES) return { ok: false, problem: `it is ${tail.length} bytes long, too short for a RocksDB table` }
  const magic = view.getBigUint64(tail.length - 8, true)
  if (magic === LEGACY_MAGIC) return readHandles(tail.subarray(-LEGACY_FOOTER_BYTES), 0, { formatVersion: 0, kind: 1, tableBytes })
  if (magic !== MAGIC) return { ok: false, problem: 'it does not end with the magic number of a RocksDB table' }
  if (tail.length < FOOTER_BYTES) return { ok: false, problem: 'its footer is cut off' }
  const formatVersion = view.getUint32(tail.length - 12, true)
  if (formatVersion > NEWEST_FORMAT)
    return { ok: false, problem: `its table format ${formatVersion} is not known, only 0 to ${NEWEST_FORMAT}` }
  const kind = view.getUint8(0)
  if (formatVersion < 6) return readHandles(tail, 1, { formatVersion, kind, tableBytes })
  return readExtended(view, { formatVersion, kind, tableBytes })
}

interface Known {
  formatVersion: number
  kind: number
  tableBytes: number
}

function readHandles(footer: Uint8Array, at: number, { formatVersion, kind, tableBytes }: Known): FooterResult {
  const metaindex = readHandle(footer, at)
  const index = metaindex && readHandle(footer, metaindex.end)
  const checksum = KINDS[kind]
  if (!metaindex || !index || checksum === undefined) return { ok: false, problem: 'its footer is damaged' }
  const offset = tableBytes - footer.length
  return { ok: true, footer: { formatVersion, checksum, metaindex: metaindex.handle, index: index.handle, contextChecksum: 0, offset } }
}

/** Since format 6: checksum kind, extended magic, footer checksum, context checksum, size of the metaindex, which ends at the footer. */
function readExtended(view: DataView, { formatVersion, kind, tableBytes }: Known): FooterResult {
  const checksum = KINDS[kind]
  if (checksum === undefined || view.getUint32(1, true) !== EXTENDED_MAGIC) return { ok: false, problem: 'its footer is damaged' }
  const offset = tableBytes - FOOTER_BYTES
  const size = view.getUint32(13, true)
  const metaindex = { offset: offset - size - TRAILER_BYTES, size }
  return { ok: true, footer: { formatVersion, checksum, metaindex, index: null, contextChecksum: view.getUint32(9, true), offset } }
}

const EXTENDED_MAGIC = 0x007a003e

/** A handle of two varints; `null` when it does not end. */
export function readHandle(bytes: Uint8Array, at: number): { handle: BlockHandle; end: number } | null {
  const offset = readVarint(bytes, at)
  const size = offset && readVarint(bytes, offset.end)
  return offset && size ? { handle: { offset: offset.value, size: size.value }, end: size.end } : null
}
