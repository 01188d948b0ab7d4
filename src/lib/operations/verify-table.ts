import { checkBlock } from '../state/sst/block.js'
import { type BlockHandle, type ChecksumKind, FOOTER_BYTES, type Footer, readFooter, TRAILER_BYTES } from '../state/sst/footer.js'
import { readMetaindex } from '../state/sst/metaindex.js'

/** A file, or a segment of one, that should be a RocksDB table. */
export interface TableSource {
  bytes: number
  /** Reads a part; offsets count from the table's start. */
  read(offset: number, count: number): Promise<Uint8Array>
}

export interface TableProof {
  checksum: ChecksumKind
  /** Blocks that match their checksum, and those of a kind that is not checked. */
  checked: number
  unchecked: number
}

export type TableVerdict = { ok: true; proof: TableProof } | { ok: false; problem: string }

/**
 * Checks what a table's reader needs first: the footer, then metaindex, index, properties and filter blocks against their trailers. Data
 * blocks are not: where they end stands in the index, which is compressed.
 */
export async function verifyTable(source: TableSource): Promise<TableVerdict> {
  const tailBytes = Math.min(FOOTER_BYTES, source.bytes)
  const found = readFooter(await source.read(source.bytes - tailBytes, tailBytes), source.bytes)
  if (!found.ok) return found
  const { footer } = found
  const proof = { checksum: footer.checksum, checked: 0, unchecked: 0 }
  const metaindex = await readBlock(source, 'metaindex', footer.metaindex, footer, proof)
  if (typeof metaindex === 'string') return { ok: false, problem: metaindex }
  const named = readMetaindex(metaindex)
  if (named === null) return { ok: false, problem: 'its metaindex block cannot be read' }
  const blocks: [string, BlockHandle][] = [...named]
  if (footer.index !== null) blocks.push(['index', footer.index])
  for (const [name, handle] of blocks) {
    const block = await readBlock(source, name.replace('rocksdb.', ''), handle, footer, proof)
    if (typeof block === 'string') return { ok: false, problem: block }
  }
  return { ok: true, proof }
}

/** The block without its trailer, or what is wrong with it. */
async function readBlock(
  source: TableSource,
  name: string,
  handle: BlockHandle,
  footer: Footer,
  proof: TableProof,
): Promise<Uint8Array | string> {
  const end = handle.offset + handle.size + TRAILER_BYTES
  if (handle.offset < 0 || end > footer.offset) return `its ${name} block lies outside the table`
  const stored = await source.read(handle.offset, handle.size + TRAILER_BYTES)
  const verdict = checkBlock(stored, handle, footer)
  if (verdict === 'damaged') return `its ${name} block does not match its checksum (${footer.checksum})`
  if (verdict === 'ok') proof.checked++
  else proof.unchecked++
  return stored.subarray(0, -TRAILER_BYTES)
}
