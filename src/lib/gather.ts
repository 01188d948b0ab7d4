/** The bytes of a stream, which is ended where they are more than `most`: then `null`. `length`, where it is known, saves a copy. */
export async function gather(
  stream: AsyncIterable<Uint8Array | string>,
  { most, length }: { most: number; length?: number | undefined },
): Promise<Buffer | null> {
  if (length !== undefined && length <= most) return filled(stream, length)
  const chunks: Buffer[] = []
  let count = 0
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    count += bytes.length
    if (count > most) return null
    chunks.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  }
  return Buffer.concat(chunks, count)
}

/** What comes beyond the length is not taken; what is missing shows in the length of the result. */
async function filled(stream: AsyncIterable<Uint8Array | string>, length: number): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(length)
  let count = 0
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    whole.set(bytes.subarray(0, length - count), count)
    count += bytes.length
    if (count > length) break
  }
  return count < length ? whole.subarray(0, count) : whole
}
