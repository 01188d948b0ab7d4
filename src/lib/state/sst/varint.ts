/** An unsigned varint of up to 64 bits, as a number; `null` when it does not end, or is beyond 2^53. */
export function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0
  for (let at = start, scale = 1; at < bytes.length && at < start + 8; at++, scale *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return Number.isSafeInteger(value) ? { value, end: at + 1 } : null
  }
  return null
}
