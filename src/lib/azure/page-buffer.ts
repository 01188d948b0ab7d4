/** Pages that may wait for the consumer. */
const MOST = 4

/** Hands pages from those who list to the one who reads; who is ahead waits. */
export class PageBuffer<T> {
  readonly #pages: T[] = []
  readonly #writers: (() => void)[] = []
  #reader: (() => void) | null = null
  #failure: { error: unknown } | null = null

  get size(): number {
    return this.#pages.length
  }

  /** Answers when the page has its place. */
  async put(page: T): Promise<void> {
    while (this.#pages.length >= MOST) await new Promise<void>((resolve) => this.#writers.push(resolve))
    this.#pages.push(page)
    this.wake()
  }

  /** The next page; `undefined` when it was woken for another reason. Throws what was given to `fail`. */
  async take(): Promise<T | undefined> {
    if (this.#pages.length === 0 && this.#failure === null) await new Promise<void>((resolve) => (this.#reader = resolve))
    this.#reader = null
    if (this.#failure !== null) throw this.#failure.error
    this.#writers.shift()?.()
    return this.#pages.shift()
  }

  /** The first failure counts; what follows is its echo. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.wake()
  }

  wake(): void {
    this.#reader?.()
  }
}
