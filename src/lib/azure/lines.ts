/** The lines of a stretch of text, one after the other, each ended by LF or CRLF; nothing is copied that is not asked for. */
export class Lines {
  readonly #text: string
  readonly #to: number
  #next: number
  #start = 0
  #end = 0

  /** The stretch ends where a line feed stands, or with the text. */
  constructor(text: string, from: number, to: number) {
    this.#text = text
    this.#next = from
    this.#to = to
  }

  /** The next line as it stands; `null` after the last. */
  line(): string | null {
    return this.#step() ? this.#text.slice(this.#start, this.#end) : null
  }

  /** Goes on to the empty line that ends headers, and calls for each header by its name in lower case; `false` when none ends them. */
  headers(take: (name: string) => void): boolean {
    while (this.#step()) {
      if (this.#start === this.#end) return true
      const colon = this.#text.indexOf(':', this.#start)
      if (colon > this.#start && colon < this.#end) take(this.#text.slice(this.#start, colon).trim().toLowerCase())
    }
    return false
  }

  /** What stands behind the colon of the header that was called for last. */
  value(): string {
    const line = this.#text.slice(this.#start, this.#end)
    return line.slice(line.indexOf(':') + 1).trim()
  }

  #step(): boolean {
    if (this.#next > this.#to) return false
    const lineFeed = this.#text.indexOf('\n', this.#next)
    const end = lineFeed < 0 ? this.#to : Math.min(lineFeed, this.#to)
    this.#start = this.#next
    this.#end = end > this.#start && this.#text[end - 1] === '\r' ? end - 1 : end
    this.#next = end + 1
    return true
  }
}
