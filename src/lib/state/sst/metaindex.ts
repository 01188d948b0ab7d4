import { type BlockHandle, readHandle } from './footer.js'
import { readVarint } from './varint.js'

/**
 * The blocks that a metaindex block names (properties, filters, index), by name; `null` when it cannot be read. It is never compressed.
 * Entries as in `table/block_based/block.cc`: shared, own and value length as varints, the rest of the key, the value; at the end restart
 * points and their number.
 */
export function readMetaindex(block: Uint8Array): Map<string, BlockHandle> | null {
  if (block.length < 4) return null
  const restarts = new DataView(block.buffer, block.byteOffset, block.byteLength).getUint32(block.length - 4, true)
  const end = block.length - 4 - restarts * 4
  const blocks = new Map<string, BlockHandle>()
  let key = ''
  for (let at = 0; at < end; ) {
    const entry = readEntry(block.subarray(0, end), at, key)
    if (entry === null) return null
    key = entry.key
    blocks.set(key, entry.handle)
    at = entry.end
  }
  return end < 0 ? null : blocks
}

function readEntry(entries: Uint8Array, at: number, last: string): { key: string; handle: BlockHandle; end: number } | null {
  const shared = readVarint(entries, at)
  const own = shared && readVarint(entries, shared.end)
  const value = own && readVarint(entries, own.end)
  if (!shared || !own || !value) return null
  const keyEnd = value.end + own.value
  const end = keyEnd + value.value
  const found = readHandle(entries, keyEnd)
  if (end > entries.length || shared.value > last.length || found === null || found.end > end) return null
  const key = last.slice(0, shared.value) + String.fromCharCode(...entries.subarray(value.end, keyEnd))
  return { key, handle: found.handle, end }
}
