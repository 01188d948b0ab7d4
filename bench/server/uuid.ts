/** UUIDs as Flink's state files have them, by number: in ascending order, evenly spread, and to be found again by their text. */

const HEX = Buffer.from('0123456789abcdef')
export const UPPER = Buffer.from('0123456789ABCDEF')
export const UUID_LENGTH = 36
const scratch = Buffer.alloc(UUID_LENGTH, '-')

/** `count` UUIDs whose first eight digits lie in `from` <= digits < `to`. `salt` tells files of different directories apart. */
export interface Uuids {
  count: number
  from: number
  to: number
  salt: number
}

export const WHOLE = 0x1_0000_0000
/** The first eight digits that do not begin with a decimal digit. */
export const LETTERS = 0xa000_0000

export function writeUuid(bytes: Buffer, at: number, uuids: Uuids, number: number): void {
  writeHex(bytes, at, headOf(uuids, number), 8)
  writeHex(bytes, at + 9, mix(uuids.salt, number, 2), 4)
  writeHex(bytes, at + 14, 0x4000 | (mix(uuids.salt, number, 3) & 0xfff), 4)
  writeHex(bytes, at + 19, 0x8000 | (mix(uuids.salt, number, 4) & 0x3fff), 4)
  writeHex(bytes, at + 24, uuids.salt, 4)
  writeHex(bytes, at + 28, number, 8)
}

export function uuidAt(uuids: Uuids, number: number): string {
  writeUuid(scratch, 0, uuids, number)
  return scratch.toString('latin1', 0, UUID_LENGTH)
}

/** The number of a UUID, by its text; `NaN` when that is none. */
export function numberIn(text: string): number {
  return Number.parseInt(text.slice(28, UUID_LENGTH), 16)
}

/** How many of the UUIDs stand before `text`. They are evenly spread, so the first digits say nearly where. */
export function uuidsBefore(uuids: Uuids, text: string): number {
  const { count, from, to } = uuids
  const guess = Math.floor(((Number.parseInt(text.slice(0, 8), 16) - from) * count) / (to - from))
  if (guess > 0 && guess + 1 < count && uuidAt(uuids, guess - 1) < text && uuidAt(uuids, guess + 1) >= text)
    return uuidAt(uuids, guess) < text ? guess + 1 : guess
  return searched(uuids, text)
}

function searched(uuids: Uuids, text: string): number {
  let [low, high] = [0, uuids.count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (uuidAt(uuids, middle) < text) low = middle + 1
    else high = middle
  }
  return low
}

function headOf({ count, from, to }: Uuids, number: number): number {
  return Math.floor(from + ((number + 0.5) * (to - from)) / count)
}

export function writeHex(bytes: Buffer, at: number, value: number, digits: number, alphabet = HEX): void {
  for (let digit = digits - 1, rest = value; digit >= 0; digit--, rest >>>= 4) bytes[at + digit] = alphabet[rest & 15] ?? 0
}

export function mix(one: number, other: number, salt: number): number {
  let hash = Math.imul(one ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(other + salt, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f)
  return (hash ^ (hash >>> 13)) >>> 0
}
