import { Column } from './column.js'

const ODD = 0xffffffff

/** Numbers by index, 0 where none was set: multiples of `unit` below 2^32 units take 4 bytes, any other number is kept beside. */
export class ShortColumn {
  readonly #unit: number
  readonly #units = new Column((length) => new Uint32Array(length))
  readonly #odd = new Map<number, number>()

  constructor(unit: number) {
    this.#unit = unit
  }

  get(index: number): number {
    const units = this.#units.get(index)
    return units === ODD ? (this.#odd.get(index) ?? 0) : units * this.#unit
  }

  set(index: number, value: number): void {
    const units = value / this.#unit
    const isShort = Number.isInteger(units) && units >= 0 && units < ODD
    this.#units.set(index, isShort ? units : ODD)
    if (!isShort) this.#odd.set(index, value)
  }
}
