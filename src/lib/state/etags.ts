import { Column } from './column.js'

/** As Azure writes one: `0x8DE29A51F3A2B10`. At most 15 digits, so that the upper word of an odd one can be told. */
const AZURE = /^0x[1-9A-F][0-9A-F]{0,14}$/
const ODD = 0xffffffff

/** ETags by index: one of Azure's form takes 8 bytes, any other is kept as text. What is given back is what was set, to the letter. */
export class Etags {
  readonly #words = new Column((length) => new Uint32Array(length))
  readonly #odd: string[] = []

  set(index: number, etag: string): void {
    const digits = AZURE.test(etag) ? etag.length - 2 : 0
    const upper = digits === 0 ? ODD : digits > 8 ? Number.parseInt(etag.slice(2, -8), 16) : 0
    const lower = digits === 0 ? this.#odd.push(etag) - 1 : Number.parseInt(digits > 8 ? etag.slice(-8) : etag.slice(2), 16)
    this.#words.set(index * 2, upper)
    this.#words.set(index * 2 + 1, lower)
  }

  get(index: number): string {
    const upper = this.#words.get(index * 2)
    const lower = this.#words.get(index * 2 + 1)
    if (upper === ODD) return this.#odd[lower] ?? ''
    const digits = upper === 0 ? lower.toString(16) : `${upper.toString(16)}${lower.toString(16).padStart(8, '0')}`
    return `0x${digits.toUpperCase()}`
  }
}
