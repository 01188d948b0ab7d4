/** A bit for each of `size` things. */
export class Bitmap {
  readonly #words: Uint32Array
  #count = 0

  constructor(size: number) {
    this.#words = new Uint32Array((size + 31) >>> 5)
  }

  /** How many are set. */
  get count(): number {
    return this.#count
  }

  has(at: number): boolean {
    return (((this.#words[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1
  }

  set(at: number): void {
    if (this.has(at)) return
    this.#words[at >>> 5] = (this.#words[at >>> 5] ?? 0) | (1 << (at & 31))
    this.#count++
  }

  unset(at: number): void {
    if (!this.has(at)) return
    this.#words[at >>> 5] = (this.#words[at >>> 5] ?? 0) & ~(1 << (at & 31))
    this.#count--
  }

  clear(): void {
    this.#words.fill(0)
    this.#count = 0
  }

  /** The first one in `from` <= at < `to` that is not set, or `to`. */
  nextUnset(from: number, to: number): number {
    let at = from
    while (at < to && this.has(at)) at += (at & 31) === 0 && this.#words[at >>> 5] === 0xffffffff ? 32 : 1
    return Math.min(at, to)
  }
}
