const FIRST = 4
const MOST = 16

/** How many requests may be under way: one more as long as answers are waited for, half as many when the service is busy. */
export class Pace {
  #limit = FIRST

  get limit(): number {
    return this.#limit
  }

  speedUp(): void {
    this.#limit = Math.min(MOST, this.#limit + 1)
  }

  slowDown(): void {
    this.#limit = Math.max(1, this.#limit >> 1)
  }
}
