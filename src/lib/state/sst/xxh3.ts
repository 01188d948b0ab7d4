/** XXH3, 64 bits, seed 0, default secret (xxHash 0.8, `xxhash.h`); in BigInt, so for blocks of kilobytes and not for whole files. */
export function xxh3(bytes: Uint8Array): bigint {
  const input = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length <= 16) return shortest(input)
  if (bytes.length <= 128) return short(input)
  if (bytes.length <= 240) return middle(input)
  return long(input)
}

const MASK = 2n ** 64n - 1n
const [P32_1, P32_2, P32_3] = [0x9e3779b1n, 0x85ebca77n, 0xc2b2ae3dn]
const P64_1 = 0x9e3779b185ebca87n
const P64_2 = 0xc2b2ae3d27d4eb4fn
const P64_3 = 0x165667b19e3779f9n
const P64_4 = 0x85ebca77c2b2ae63n
const P64_5 = 0x27d4eb2f165667c5n
const MX1 = 0x165667919e3779f9n
const MX2 = 0x9fb21c651e98df25n

const HEX =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
  '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
  'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e'
const SECRET = new DataView(Uint8Array.from(HEX.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).buffer)

const secret = (at: number) => SECRET.getBigUint64(at, true)
const u64 = (input: DataView, at: number) => input.getBigUint64(at, true)
const u32 = (input: DataView, at: number) => BigInt(input.getUint32(at, true))

function foldedProduct(a: bigint, b: bigint): bigint {
  const product = a * b
  return (product & MASK) ^ (product >> 64n)
}

function avalanche(hash: bigint): bigint {
  const mixed = ((hash ^ (hash >> 37n)) * MX1) & MASK
  return mixed ^ (mixed >> 32n)
}

function avalanche64(hash: bigint): bigint {
  let mixed = ((hash ^ (hash >> 33n)) * P64_2) & MASK
  mixed = ((mixed ^ (mixed >> 29n)) * P64_3) & MASK
  return mixed ^ (mixed >> 32n)
}

function shortest(input: DataView): bigint {
  const length = input.byteLength
  if (length > 8) {
    const low = u64(input, 0) ^ (secret(24) ^ secret(32))
    const high = u64(input, length - 8) ^ (secret(40) ^ secret(48))
    return avalanche((BigInt(length) + swapped(low) + high + foldedProduct(low, high)) & MASK)
  }
  if (length >= 4) return rrmxmx((u32(input, length - 4) + (u32(input, 0) << 32n)) ^ (secret(8) ^ secret(16)), length)
  if (length === 0) return avalanche64(secret(56) ^ secret(64))
  const [first, middle, last] = [input.getUint8(0), input.getUint8(length >> 1), input.getUint8(length - 1)]
  const combined = BigInt(((first << 16) | (middle << 24) | last | (length << 8)) >>> 0)
  return avalanche64(combined ^ BigInt((SECRET.getUint32(0, true) ^ SECRET.getUint32(4, true)) >>> 0))
}

function rrmxmx(keyed: bigint, length: number): bigint {
  const rotate = (by: bigint) => ((keyed << by) | (keyed >> (64n - by))) & MASK
  let hash = ((keyed ^ rotate(49n) ^ rotate(24n)) * MX2) & MASK
  hash = ((hash ^ ((hash >> 35n) + BigInt(length))) * MX2) & MASK
  return hash ^ (hash >> 28n)
}

function swapped(value: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, value, true)
  return view.getBigUint64(0)
}

function mix16(input: DataView, at: number, secretAt: number): bigint {
  return foldedProduct(u64(input, at) ^ secret(secretAt), u64(input, at + 8) ^ secret(secretAt + 8))
}

function short(input: DataView): bigint {
  const length = input.byteLength
  let sum = BigInt(length) * P64_1
  for (let pair = (length - 1) >> 5; pair >= 0; pair--)
    sum += mix16(input, 16 * pair, 32 * pair) + mix16(input, length - 16 * (pair + 1), 32 * pair + 16)
  return avalanche(sum & MASK)
}

function middle(input: DataView): bigint {
  const length = input.byteLength
  let sum = BigInt(length) * P64_1
  for (let round = 0; round < 8; round++) sum += mix16(input, 16 * round, 16 * round)
  sum = avalanche(sum & MASK)
  for (let round = 8; round < length >> 4; round++) sum += mix16(input, 16 * round, 16 * (round - 8) + 3)
  return avalanche((sum + mix16(input, length - 16, 136 - 17)) & MASK)
}

const STRIPE = 64
const STRIPES_PER_BLOCK = (192 - STRIPE) / 8

function long(input: DataView): bigint {
  const lanes = BigUint64Array.of(P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1)
  const stripes = Math.floor((input.byteLength - 1) / STRIPE)
  for (let stripe = 0; stripe < stripes; stripe++) {
    const inBlock = stripe % STRIPES_PER_BLOCK
    accumulate(lanes, input, stripe * STRIPE, inBlock * 8)
    if (inBlock === STRIPES_PER_BLOCK - 1) scramble(lanes)
  }
  accumulate(lanes, input, input.byteLength - STRIPE, 192 - STRIPE - 7)
  let hash = (BigInt(input.byteLength) * P64_1) & MASK
  for (let pair = 0; pair < 4; pair++)
    hash += foldedProduct(lane(lanes, 2 * pair) ^ secret(11 + 16 * pair), lane(lanes, 2 * pair + 1) ^ secret(19 + 16 * pair))
  return avalanche(hash & MASK)
}

const lane = (lanes: BigUint64Array, at: number) => lanes[at] ?? 0n

function accumulate(lanes: BigUint64Array, input: DataView, at: number, secretAt: number): void {
  for (let one = 0; one < 8; one++) {
    const value = u64(input, at + 8 * one)
    const keyed = value ^ secret(secretAt + 8 * one)
    lanes[one ^ 1] = lane(lanes, one ^ 1) + value
    lanes[one] = lane(lanes, one) + (keyed & 0xffffffffn) * (keyed >> 32n)
  }
}

function scramble(lanes: BigUint64Array): void {
  for (let one = 0; one < 8; one++) {
    const value = lane(lanes, one)
    lanes[one] = (value ^ (value >> 47n) ^ secret(128 + 8 * one)) * P32_1
  }
}
