import { decodeModifiedUtf8, isModifiedUtf8 } from './modified-utf8.js'
import { UnreadableMetadata } from './problem.js'

const TWO_32 = 2 ** 32

/** Reads what `java.io.DataOutputStream` wrote (big-endian, unpadded). Every read is checked against the end of the file first. */
export class Cursor {
  readonly #view: DataView
  offset: number

  constructor(bytes: Uint8Array, offset = 0) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.offset = offset
  }

  get remaining(): number {
    return this.#view.byteLength - this.offset
  }

  fail(what: string, offset = this.offset): never {
    throw new UnreadableMetadata(what, offset)
  }

  /** Moves over `length` bytes and returns where they began. */
  skip(length: number): number {
    const start = this.offset
    if (length > this.#view.byteLength - start) this.fail(`the file ends where ${length} more bytes are needed`)
    this.offset = start + length
    return start
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1))
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2))
  }

  i32(): number {
    return this.#view.getInt32(this.skip(4))
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.skip(8))
  }

  /** An `i64` that is no negative number, rounded where a `number` cannot hold it; -1 is Flink's "unknown" and read as `null`. */
  size(what: string): number | null {
    const start = this.skip(8)
    const high = this.#view.getInt32(start)
    const low = this.#view.getUint32(start + 4)
    if (high === -1 && low === TWO_32 - 1) return null
    if (high < 0) this.fail(`impossible ${what} ${this.#view.getBigInt64(start)}`, start)
    return high * TWO_32 + low
  }

  /** A count of things that follow, of at least `minBytes` each: never negative, never more than the file can hold. */
  count(what: string, minBytes = 1): number {
    const start = this.offset
    const count = this.i32()
    if (count < 0 || count * minBytes > this.remaining) this.fail(`impossible ${what} ${count}`, start)
    return count
  }

  /** A one-byte enum ordinal or boolean below `limit`. */
  ordinal(what: string, limit: number): number {
    const value = this.u8()
    if (value >= limit) this.fail(`unknown ${what} ${value}`, this.offset - 1)
    return value
  }

  hex(length: number): string {
    const start = this.skip(length)
    let text = ''
    for (let at = start; at < start + length; at++) text += this.#view.getUint8(at).toString(16).padStart(2, '0')
    return text
  }

  utf(): string {
    const length = this.u16()
    const start = this.skip(length)
    return decodeModifiedUtf8(this.#view, start, start + length) ?? this.fail('malformed text', start)
  }

  /** As `utf`, where nobody wants the text: it must be well-formed all the same. */
  skipUtf(): void {
    const length = this.u16()
    const start = this.skip(length)
    if (!isModifiedUtf8(this.#view, start, start + length)) this.fail('malformed text', start)
  }
}
