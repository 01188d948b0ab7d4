import type { XmlCursor } from './xml-cursor.js'

/** What the tail of an entry says. */
export interface TailFlags {
  isDirectory: boolean
  isUploading: boolean
}

const MOST_BYTES = 4096

/**
 * The part of an entry that follows what is wanted is mostly the same, byte by byte, as that of the entry before; then it says the same,
 * and need not be read again.
 */
export class EntryTail {
  readonly #bytes = Buffer.allocUnsafe(MOST_BYTES)
  #length = 0
  #flags: TailFlags = { isDirectory: false, isUploading: false }

  /** Passes the rest of the entry if its bytes are known, and answers what they say. */
  pass(cursor: XmlCursor): TailFlags | null {
    const to = cursor.at + this.#length
    if (this.#length === 0 || to > cursor.end) return null
    if (cursor.bytes.compare(this.#bytes, 0, this.#length, cursor.at, to) !== 0) return null
    cursor.at = to
    return this.#flags
  }

  /** Remembers what stands between `from` and the cursor. It holds nothing but flags: what is wanted came before. */
  remember(cursor: XmlCursor, from: number, flags: TailFlags): void {
    const length = cursor.at - from
    this.#length = length <= MOST_BYTES ? cursor.bytes.copy(this.#bytes, 0, from, cursor.at) : 0
    this.#flags = flags
  }
}
