const MASK = (1n << 64n) - 1n
const [C1, C2] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn]

/** `Hashing.murmur3_128(0)` of Guava over little-endian ints. */
export function murmur128(ints: Int32Array): Uint8Array {
  const view = new DataView(ints.buffer)
  const length = ints.byteLength
  let [h1, h2] = [0n, 0n]
  let at = 0
  for (; at + 16 <= length; at += 16) {
    h1 = (rotate(h1 ^ mix1(view.getBigUint64(at, true)), 27n) + h2) & MASK
    h1 = (h1 * 5n + 0x52dce729n) & MASK
    h2 = (rotate(h2 ^ mix2(view.getBigUint64(at + 8, true)), 31n) + h1) & MASK
    h2 = (h2 * 5n + 0x38495ab5n) & MASK
  }
  const tail = new DataView(new ArrayBuffer(16))
  for (let byte = at; byte < length; byte++) tail.setUint8(byte - at, view.getUint8(byte))
  h1 ^= mix1(tail.getBigUint64(0, true))
  h2 ^= mix2(tail.getBigUint64(8, true))
  h1 ^= BigInt(length)
  h2 ^= BigInt(length)
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  h1 = finish(h1)
  h2 = finish(h2)
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  const hash = new DataView(new ArrayBuffer(16))
  hash.setBigUint64(0, h1, true)
  hash.setBigUint64(8, h2, true)
  return new Uint8Array(hash.buffer)
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK
}

function mix1(k: bigint): bigint {
  return (rotate((k * C1) & MASK, 31n) * C2) & MASK
}

function mix2(k: bigint): bigint {
  return (rotate((k * C2) & MASK, 33n) * C1) & MASK
}

function finish(value: bigint): bigint {
  let k = value
  k = ((k ^ (k >> 33n)) * 0xff51afd7ed558ccdn) & MASK
  k = ((k ^ (k >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK
  return k ^ (k >> 33n)
}
