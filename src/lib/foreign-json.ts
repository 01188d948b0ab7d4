/** Flink's own parser goes no deeper (Jackson's `StreamReadConstraints`). */
const DEEPEST = 1000
/** Objects and lists: each takes some 60 bytes, however few it has in the text. */
const MOST_PARTS = 2_000_000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

/**
 * The value of somebody else's JSON. Throws a `SyntaxError` where it is none, and where it is nested deeper, or has more parts, than any
 * that is meant to be read: a few megabytes of brackets become gigabytes of objects, and whoever walks them falls over the stack.
 */
export function parseForeignJson(text: string): unknown {
  checkShape(text.length, (at) => text.charCodeAt(at))
  return JSON.parse(text)
}

/** The same check of a text in UTF-8. */
export function checkJsonDepth(bytes: Uint8Array): void {
  checkShape(bytes.length, (at) => bytes[at] ?? 0, Number.POSITIVE_INFINITY)
}

function checkShape(length: number, codeAt: (at: number) => number, mostParts = MOST_PARTS): void {
  let depth = 0
  let parts = 0
  for (let at = 0; at < length; at++) {
    const code = codeAt(at)
    if (code === QUOTE) {
      at = endOfText(length, codeAt, at)
      continue
    }
    // Square brackets are braces but for one bit.
    const sign = code | 0x20
    if (sign === CLOSE) depth--
    if (sign !== OPEN) continue
    if (++depth > DEEPEST) throw new SyntaxError(`It is nested more than ${DEEPEST} levels deep`)
    if (++parts > mostParts) throw new SyntaxError(`It has more than ${mostParts} objects and lists`)
  }
}

function endOfText(length: number, codeAt: (at: number) => number, from: number): number {
  for (let at = from + 1; at < length; at++) {
    const code = codeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at
  }
  return length
}
