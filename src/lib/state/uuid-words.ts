/** Characters of a UUID in its one canonical form: lower case, dashes after 8, 12, 16 and 20 digits (`java.util.UUID.toString`). */
const LENGTH = 36

/** Value of a lower-case hex digit by its character code; 16 for every other character. */
const DIGITS = new Uint8Array(128).fill(16)
for (let digit = 0; digit < 16; digit++) DIGITS[digit.toString(16).charCodeAt(0)] = digit

const DASH = 45
const HEX = '0123456789abcdef'

/**
 * Packs the canonical UUID that `text` from `from` to its end is into four 32-bit words; `false`, with `words` undefined, when it is none.
 * Exact both ways: `uuidOf` gives the very text back.
 */
export function packUuid(text: string, from: number, words: Uint32Array): boolean {
  if (text.length - from !== LENGTH) return false
  let word = 0
  let digits = 0
  for (let at = 0; at < LENGTH; at++) {
    const code = text.charCodeAt(from + at)
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== DASH) return false
      continue
    }
    const digit = code < 128 ? (DIGITS[code] ?? 16) : 16
    if (digit === 16) return false
    word = (word << 4) | digit
    digits++
    if ((digits & 7) === 0) words[(digits >> 3) - 1] = word
  }
  return true
}

const codes = new Uint8Array(LENGTH).fill(DASH)

/** The UUID of four words. Made at one stroke: joined from parts, it would hold on to them, and plans hold millions of names. */
export function uuidOf(first: number, second: number, third: number, fourth: number): string {
  writeHex(first, 0, 8)
  writeHex(second >>> 16, 9, 4)
  writeHex(second, 14, 4)
  writeHex(third >>> 16, 19, 4)
  writeHex(third, 24, 4)
  writeHex(fourth, 28, 8)
  return String.fromCharCode(...codes)
}

function writeHex(word: number, at: number, digits: number): void {
  for (let digit = digits - 1, rest = word; digit >= 0; digit--, rest >>>= 4) codes[at + digit] = HEX.charCodeAt(rest & 15)
}
