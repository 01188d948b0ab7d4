import { CONFIG_CHARS } from '../bounds.js'

/** Far deeper than any configuration; the parser takes far more than twice as long for twice as deep. */
const DEEPEST = 64

/** Marks that open something, one behind the other: `- - -`, `? ? ?`, `[[[`. */
const OPENERS = new RegExp(`(?:[-?:[{]\\s*){${DEEPEST}}`)

/** Why a text is not given to the parser of YAML, as a clause; `null` = it is. */
export function tooMuchYaml(text: string): string | null {
  if (text.length > CONFIG_CHARS) return `it is larger than ${CONFIG_CHARS / 1024} KiB, as no configuration is`
  return isTooDeep(text) ? `it is nested more than ${DEEPEST} levels deep` : null
}

/** Why the parser gave up, as a clause without any of the text: some of its errors hold excerpts. */
export function yamlFailure(error: unknown): string {
  if (error instanceof ReferenceError || error instanceof TypeError)
    return 'its aliases stand for more than is read, for nothing, or for themselves'
  return error instanceof RangeError ? 'it is nested too deep' : 'its parser gave up'
}

function isTooDeep(text: string): boolean {
  let depth = 0
  for (const sign of text) {
    if (sign === '[' || sign === '{') depth++
    else if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1)
    if (depth > DEEPEST) return true
  }
  return OPENERS.test(text.replaceAll(/^[ \t]*#.*$/gm, '').replaceAll('---', ''))
}
