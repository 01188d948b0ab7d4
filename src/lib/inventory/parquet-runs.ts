/** Bit-packed runs come in eights, and the last may be filled up. */
const FILLING = 1024

export interface Runs {
  from: number
  /** Bits of a value. */
  width: number
  /** As many as the page says that it has. */
  values: number
}

/**
 * Walks the runs of Parquet's run-length and bit-packed hybrid, byte by byte as the decoder does, before it does: a run says how often it
 * repeats its value, and the decoder takes its word, beyond the page and beyond all memory.
 */
export function checkRuns(view: DataView, { from, width, values }: Runs): void {
  let at = from
  for (let seen = 0; seen < values && at < view.byteLength; ) {
    const [header, next] = varIntAt(view, at)
    const isPacked = (header & 1) === 1
    const count = isPacked ? (header >> 1) << 3 : header >>> 1
    if (count <= 0 || count > values + FILLING) throw new Error(`a run of a page has ${count} values`)
    at = next + (isPacked ? Math.max(1, (count / 8) * width) : (width + 7) >> 3)
    seen += count
  }
}

/** In 32 bits, as the decoder has it. */
function varIntAt(view: DataView, from: number): [value: number, end: number] {
  let value = 0
  for (let at = from, shift = 0; at < view.byteLength; at++, shift += 7) {
    const byte = view.getUint8(at)
    value |= (byte & 0x7f) << shift
    if ((byte & 0x80) === 0) return [value, at + 1]
  }
  throw new Error('a run of a page breaks off')
}
