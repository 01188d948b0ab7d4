import { checkJsonDepth } from './foreign-json.js'

/** V8 holds no string of 2^29 characters or more, and a plan may be longer. */
const LONGEST = 2 ** 28
const PIECE = 2 ** 20
/** Items of an array that are made text at one stroke: far quicker than one by one. */
const HEAP = 500

/**
 * What `JSON.stringify(value)` gives, in pieces of about a megabyte. Arrays are taken apart, also those in a field of the value; whatever
 * else they hold has to fit into one string.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = ''
  for (const part of parts(value)) {
    piece += part
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

/** Node reads no file at once that is longer (`ERR_FS_FILE_TOO_LARGE`). */
export const READABLE_BYTES = 2 ** 31 - 1

/** What `JSON.stringify(value)` gives, in UTF-8. */
export function jsonBytes(value: unknown): Buffer {
  return Buffer.concat(Array.from(parts(value), (part) => Buffer.from(part)))
}

function* parts(value: unknown): Generator<string> {
  if (Array.isArray(value)) yield* partsOfArray(value)
  else if (isPlain(value)) yield* partsOfFields(value)
  else yield JSON.stringify(value) ?? 'null'
}

function* partsOfArray(items: unknown[]): Generator<string> {
  yield '['
  let before = ''
  for (let from = 0; from < items.length; from += HEAP) {
    const heap = items.slice(from, from + HEAP)
    for (const some of heap.some(Array.isArray) ? heap.map((item) => [item]) : [heap]) {
      yield before
      if (Array.isArray(some[0])) yield* partsOfArray(some[0])
      else yield JSON.stringify(some).slice(1, -1)
      before = ','
    }
  }
  yield ']'
}

function* partsOfFields(fields: Record<string, unknown>): Generator<string> {
  yield '{'
  let before = ''
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    yield `${before}${JSON.stringify(name)}:`
    yield* parts(value)
    before = ','
  }
  yield '}'
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !('toJSON' in value)
}

/** The value of a JSON text in UTF-8, of any length. Throws where it is none, as `JSON.parse` does, and where it is nested too deep. */
export async function parseJsonBytes(bytes: Uint8Array, longest = LONGEST): Promise<unknown> {
  checkJsonDepth(bytes)
  if (bytes.length <= longest) return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'))
  const { JSONParser } = await import('@streamparser/json')
  const parser = new JSONParser({ paths: ['$'] })
  let found: { value: unknown } | undefined
  parser.onValue = ({ value }) => {
    found = { value }
  }
  parser.write(bytes)
  if (!parser.isEnded) parser.end()
  if (found === undefined) throw new SyntaxError('Unexpected end of JSON input')
  return found.value
}

/** The lines of a text in UTF-8, of any length. */
export function* linesOf(bytes: Buffer): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.length : end
    yield bytes.toString('utf8', from, to)
    from = to + 1
  }
}
