import type { Streams } from './streams.js'

/**
 * Tells on stderr what is going on: a person sees one line that changes, a log sees the first and the last. Quiet and JSON see nothing.
 */
export class Progress {
  readonly #isLive: boolean
  readonly #isSilent: boolean
  readonly #columns: number
  #lastWords = ''
  #isDrawn = false

  constructor(streams: Streams, isSilent: boolean) {
    this.#isSilent = isSilent
    this.#isLive = streams.stderrTty && process.env['TERM'] !== 'dumb'
    this.#columns = process.stderr.columns || 80
  }

  /** A line that stays. */
  say(text: string): void {
    if (this.#isSilent) return
    this.#clear()
    process.stderr.write(`${text}\n`)
  }

  /** A line for a log; who sees the line that changes needs no other. */
  log(text: string): void {
    if (!this.#isLive) this.say(text)
  }

  /** What is going on right now; a log does not see it. */
  update(text: string): void {
    if (this.#isSilent || !this.#isLive || text === this.#lastWords) return
    this.#clear()
    process.stderr.write(text.slice(0, this.#columns - 1))
    this.#lastWords = text
    this.#isDrawn = true
  }

  /** Ends the changing line. */
  done(): void {
    this.#clear()
    this.#lastWords = ''
  }

  #clear(): void {
    if (this.#isDrawn) process.stderr.write('\r\u001B[2K')
    this.#isDrawn = false
  }
}
