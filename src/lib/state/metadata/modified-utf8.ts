/**
 * Java's modified UTF-8 (`DataInput.readUTF`): U+0000 is `C0 80`, code points above U+FFFF are a surrogate pair of 3 bytes each. Stricter
 * than Java's reader: what `writeUTF` cannot have written (a raw zero, an overlong form) is malformed, since it tells of damage.
 */

const ASCII = new TextDecoder()

/** The text of `view[start, end)`, or `null` when it is malformed. */
export function decodeModifiedUtf8(view: DataView, start: number, end: number): string | null {
  if (isAscii(view, start, end)) return fromAscii(view, start, end)
  let text = ''
  for (let at = start; at < end; ) {
    const unit = codeUnitAt(view, at, end)
    if (unit === MALFORMED) return null
    text += String.fromCharCode(unit)
    at += encodedLength(unit)
  }
  return text
}

/** Whether `view[start, end)` is well-formed: as `decodeModifiedUtf8`, without making the text. */
export function isModifiedUtf8(view: DataView, start: number, end: number): boolean {
  if (isAscii(view, start, end)) return true
  for (let at = start; at < end; ) {
    const unit = codeUnitAt(view, at, end)
    if (unit === MALFORMED) return false
    at += encodedLength(unit)
  }
  return true
}

const MALFORMED = -1

/** The UTF-16 code unit that begins at `at`. */
function codeUnitAt(view: DataView, at: number, end: number): number {
  const first = view.getUint8(at)
  if (first < 0x80) return first === 0 ? MALFORMED : first
  const second = continuation(view, at + 1, end)
  if (second === MALFORMED) return MALFORMED
  if (first >> 5 === 0b110) return shortest(((first & 0x1f) << 6) | second, 2)
  const third = continuation(view, at + 2, end)
  if (first >> 4 !== 0b1110 || third === MALFORMED) return MALFORMED
  return shortest(((first & 0x0f) << 12) | (second << 6) | third, 3)
}

function continuation(view: DataView, at: number, end: number): number {
  const byte = at < end ? view.getUint8(at) : 0
  return byte >> 6 === 0b10 ? byte & 0x3f : MALFORMED
}

function shortest(unit: number, length: number): number {
  return encodedLength(unit) === length ? unit : MALFORMED
}

function encodedLength(unit: number): number {
  if (unit === 0) return 2
  if (unit < 0x80) return 1
  return unit < 0x800 ? 2 : 3
}

/** Whether all bytes are 01 to 7F, four at a time: a byte of 80 or more has its own top bit set, a zero gets it from the subtraction. */
function isAscii(view: DataView, start: number, end: number): boolean {
  let at = start
  for (; at + 4 <= end; at += 4) {
    const four = view.getInt32(at)
    if (((four | (four - 0x01010101)) & 0x80808080) !== 0) return false
  }
  for (; at < end; at++) {
    const byte = view.getUint8(at)
    if (byte === 0 || byte > 0x7f) return false
  }
  return true
}

function fromAscii(view: DataView, start: number, end: number): string {
  return ASCII.decode(new Uint8Array(view.buffer, view.byteOffset + start, end - start))
}
