import { murmur128 } from './murmur3.js'

/**
 * How Flink numbers the operators of a job that gives them no uid, as SQL jobs do (`StreamGraphHasherV2`): from sources to sinks, the hash
 * of how many were numbered before, written once and once more for each chained successor; then, for each input, every byte times 37, xor
 * the input's. That can be turned round: an id and those of its inputs give back a hash that only a number has. Seen on 1.20.1 and 2.3.0.
 */

/** Successors in the same chain that are tried. */
const CHAINED_AT_MOST = 4

/** 37 times this is 1, of bytes. */
const INVERSE_OF_37 = 173

/**
 * The inputs of each operator, as far as its id tells: sources have none. Absent are those with an id of the user's own or more than two
 * inputs, and what comes behind them. `ids` are all operators of one job, 32 hex each.
 */
export function inputsOf(ids: string[]): Map<string, string[]> {
  const hashes = numberHashes(ids.length)
  const inputs = new Map<string, string[]>(ids.filter((id) => hashes.has(id)).map((id) => [id, []]))
  const bytes = new Map(ids.map((id) => [id, bytesOf(id)]))
  for (let before = -1; before !== inputs.size; ) {
    before = inputs.size
    for (const id of ids) {
      const found = inputs.has(id) ? null : fitting(id, [...inputs.keys()], bytes, hashes)
      if (found !== null) inputs.set(id, found)
    }
  }
  return inputs
}

type Bytes = Map<string, Uint8Array>

function fitting(id: string, candidates: string[], bytes: Bytes, hashes: Set<string>): string[] | null {
  const own = bytes.get(id) ?? new Uint8Array(16)
  const taken = candidates.map((input) => ({ input, rest: without(own, bytes.get(input) ?? own) }))
  const only = taken.find(({ rest }) => hashes.has(hexOf(rest)))
  if (only !== undefined) return [only.input]
  for (const second of taken)
    for (const first of candidates) if (hashes.has(hexOf(without(second.rest, bytes.get(first) ?? own)))) return [first, second.input]
  return null
}

/** Takes the last input back out of an id. */
function without(id: Uint8Array, input: Uint8Array): Uint8Array {
  return id.map((byte, at) => (byte ^ (input[at] ?? 0)) * INVERSE_OF_37)
}

function numberHashes(count: number): Set<string> {
  const hashes = new Set<string>()
  for (let number = 0; number < count; number++)
    for (let chained = 0; chained <= CHAINED_AT_MOST; chained++) hashes.add(hexOf(murmur128(new Int32Array(1 + chained).fill(number))))
  return hashes
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16))
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
