/** Structs in structs: Parquet's own go five deep. */
const DEEPEST = 16

/** Types of Thrift's compact protocol, as far as Parquet uses them; what has no length of its own has one byte, or none. */
const [STOP, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [0, 3, 4, 5, 6, 7, 8, 9, 12]

/**
 * Looks whether a struct of Thrift's compact protocol lies inside its bytes, before it is decoded: a list says how many items it has in
 * five bytes, and the decoder makes room for all of them. Answers where the struct ends.
 */
export function checkThrift(view: DataView, from: number, depth = 0): number {
  if (depth > DEEPEST) throw new Error('its metadata is nested too deep')
  let at = from
  for (;;) {
    const byte = byteAt(view, at++)
    const type = byte & 0x0f
    if (type === STOP) return at
    if (byte >> 4 === 0) at = afterVarInt(view, at)
    // Of a field that is true or false, the type is the value.
    if (type > 2) at = afterElement(view, at, type, depth)
  }
}

function afterElement(view: DataView, at: number, type: number, depth: number): number {
  if (type <= BYTE) return at + 1
  if (type === I16 || type === I32 || type === I64) return afterVarInt(view, at)
  if (type === DOUBLE) return at + 8
  if (type === BINARY) return inside(view, afterVarInt(view, at) + varIntAt(view, at))
  if (type === STRUCT) return checkThrift(view, at, depth + 1)
  if (type === LIST) return afterList(view, at, depth)
  throw new Error(`its metadata has the unknown type ${type}`)
}

function afterList(view: DataView, from: number, depth: number): number {
  const byte = byteAt(view, from)
  const isLong = byte >> 4 === 15
  const count = isLong ? varIntAt(view, from + 1) : byte >> 4
  let at = isLong ? afterVarInt(view, from + 1) : from + 1
  // Each item has a byte at least.
  inside(view, at + count)
  for (let item = 0; item < count; item++) at = inside(view, afterElement(view, at, byte & 0x0f, depth + 1))
  return at
}

function varIntAt(view: DataView, from: number): number {
  let value = 0
  for (let at = from; ; at++) {
    const byte = byteAt(view, at)
    value += (byte & 0x7f) * 2 ** (7 * (at - from))
    if ((byte & 0x80) === 0) return value
  }
}

function afterVarInt(view: DataView, from: number): number {
  let at = from
  while ((byteAt(view, at++) & 0x80) !== 0) if (at - from > 9) throw new Error('its metadata has a number that is too long')
  return at
}

function byteAt(view: DataView, at: number): number {
  return view.getUint8(inside(view, at + 1) - 1)
}

function inside(view: DataView, end: number): number {
  if (end > view.byteLength) throw new Error('its metadata reaches beyond its end')
  return end
}
