/** Big-endian output as Java's `DataOutputStream` writes it. Names in the model are ASCII, so modified UTF-8 is plain here. */
export class Output {
  readonly #chunks: Buffer[] = []

  u8(value: number): this {
    return this.raw(Buffer.from([value & 0xff]))
  }

  i32(value: number): this {
    const chunk = Buffer.alloc(4)
    chunk.writeInt32BE(value)
    return this.raw(chunk)
  }

  i64(value: number): this {
    const chunk = Buffer.alloc(8)
    chunk.writeBigInt64BE(BigInt(value))
    return this.raw(chunk)
  }

  utf(text: string): this {
    const chunk = Buffer.alloc(2)
    chunk.writeUInt16BE(text.length)
    return this.raw(chunk).raw(Buffer.from(text, 'latin1'))
  }

  hex(text: string): this {
    return this.raw(Buffer.from(text, 'hex'))
  }

  raw(chunk: Buffer): this {
    this.#chunks.push(chunk)
    return this
  }

  done(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks))
  }
}
