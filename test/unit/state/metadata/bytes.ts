/** Writes as `java.io.DataOutputStream` does. */
export class Bytes {
  #buffer = Buffer.alloc(1 << 10)
  #length = 0

  u8(value: number): this {
    this.#grow(1)
    this.#buffer[this.#length++] = value & 0xff
    return this
  }

  u16(value: number): this {
    return this.u8(value >> 8).u8(value)
  }

  i32(value: number): this {
    this.#grow(4)
    this.#length = this.#buffer.writeInt32BE(value, this.#length)
    return this
  }

  i64(value: number | bigint): this {
    this.#grow(8)
    this.#length = this.#buffer.writeBigInt64BE(BigInt(value), this.#length)
    return this
  }

  raw(bytes: Uint8Array): this {
    this.#grow(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  hex(text: string): this {
    return this.raw(Buffer.from(text, 'hex'))
  }

  /** Java's `writeUTF`, unit by unit. */
  utf(text: string): this {
    const units: number[] = []
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 1 && unit <= 0x7f) units.push(unit)
      else if (unit <= 0x7ff) units.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
      else units.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
    }
    return this.u16(units.length).raw(Uint8Array.from(units))
  }

  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.i32(items.length)
    for (const item of items) write(item)
    return this
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#buffer.subarray(0, this.#length))
  }

  #grow(by: number): void {
    if (this.#length + by <= this.#buffer.length) return
    const larger = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#length + by))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
