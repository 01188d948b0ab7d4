import { Column } from './column.js'

/** Codes of `0x`, and of the digits that Azure uses. */
const ZERO_X = [48, 120]
const DIGITS = '0123456789ABCDEF'
/** Digits that an ETag of Azure's form may have: so many that the upper word of an odd one can be told. */
const MOST = 15
const ODD = 0xffffffff

/**
 * ETags by index: one of Azure's form (`0x8DE29A51F3A2B10`) takes 8 bytes, any other is kept as text. What is given back is what was set,
 * to the letter.
 */
export class Etags {
  readonly #words = new Column((length) => new Uint32Array(length))
  readonly #odd: string[] = []
  #upper = 0
  #lower = 0

  set(index: number, etag: string): void {
    const isPacked = this.#pack(etag)
    this.#words.set(index * 2, isPacked ? this.#upper : ODD)
    this.#words.set(index * 2 + 1, isPacked ? this.#lower : this.#odd.push(etag) - 1)
  }

  get(index: number): string {
    const upper = this.#words.get(index * 2)
    const lower = this.#words.get(index * 2 + 1)
    if (upper === ODD) return this.#odd[lower] ?? ''
    const codes = [...ZERO_X]
    for (let shift = 28; shift >= 0; shift -= 4) if (upper >>> shift !== 0) codes.push(DIGITS.charCodeAt((upper >>> shift) & 15))
    for (let shift = 28; shift >= 0; shift -= 4)
      if (upper !== 0 || lower >>> shift !== 0) codes.push(DIGITS.charCodeAt((lower >>> shift) & 15))
    return String.fromCharCode(...codes)
  }

  /** Reads `0x` and digits of which the first is not 0, so that the number alone says how many there are. */
  #pack(etag: string): boolean {
    if (etag.length < 3 || etag.length > MOST + 2 || etag[0] !== '0' || etag[1] !== 'x' || etag[2] === '0') return false
    this.#upper = 0
    this.#lower = 0
    for (let at = 2; at < etag.length; at++) {
      const digit = digitOf(etag.charCodeAt(at))
      if (digit < 0) return false
      this.#upper = (this.#upper << 4) | (this.#lower >>> 28)
      this.#lower = (this.#lower << 4) | digit
    }
    return true
  }
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  return code >= 65 && code <= 70 ? code - 55 : -1
}
