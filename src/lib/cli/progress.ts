import { oneLine, shown } from '../visible.js'
import { shorten } from './shorten.js'
import type { Streams } from './streams.js'
import { clearLine, toStderr } from './terminal.js'

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

  /** A line that stays: one, whatever the names in it hold. */
  say(text: string): void {
    if (this.#isSilent) return
    this.#clear()
    toStderr(`${oneLine(text)}\n`)
  }

  /** A line for a log; who sees the line that changes needs no other. */
  log(text: string): void {
    if (!this.#isLive) this.say(text)
  }

  /** What is going on right now; a log does not see it. */
  update(text: string): void {
    if (this.#isSilent || !this.#isLive || text === this.#lastWords) return
    this.#clear()
    toStderr(shorten(shown(text), this.#columns - 1, ''))
    this.#lastWords = text
    this.#isDrawn = true
  }

  /** Ends the changing line. */
  done(): void {
    this.#clear()
    this.#lastWords = ''
  }

  #clear(): void {
    if (this.#isDrawn) clearLine()
    this.#isDrawn = false
  }
}
