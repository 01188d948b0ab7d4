import { usageError } from '../errors.js'

/** One piece of a script between two semicolons, comments before and after it left out. */
export interface Piece {
  start: number
  end: number
  /** 1-based line of its first significant character. */
  line: number
  /** Upper-case words outside quotes and parentheses; anything else significant outside parentheses is `''`. */
  words: string[]
}

type Kind = 'blank' | 'word' | 'quoted' | 'open' | 'close' | 'end' | 'other'

export interface Token {
  kind: Kind
  text: string
  start: number
  end: number
  line: number
}

/**
 * Tokens of Flink SQL: quotes are escaped by doubling, comments run to the end of the line (Calcite takes `//` too; the `//` of an
 * unquoted `SET a = wasbs://...` is none) or to the next `*` `/`, not nested. A hint opens like a comment but holds tokens, so only its opening is one.
 */
const TOKENS: [Kind, RegExp][] = [
  ['blank', /\s+/y],
  ['blank', /(?:--|(?<!:)\/\/)[^\r\n]*/y],
  ['other', /\/\*\+/y],
  ['blank', /\/\*[\s\S]*?\*\//y],
  ['quoted', /'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|`[^`]*(?:``[^`]*)*`/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['open', /\(/y],
  ['close', /\)/y],
  ['end', /;/y],
]

const DEPTH: Partial<Record<Kind, number>> = { open: 1, close: -1 }

const UNCLOSED: Record<string, string> = { "'": 'single quote', '"': 'double quote', '`': 'backtick', '/*': 'comment' }

/** Cuts a script at its semicolons, in order; pieces without anything significant are left out. */
export function cutPieces(script: string): Piece[] {
  const pieces: Piece[] = []
  let open: Piece | null = null
  let depth = 0
  for (const token of tokensOf(script)) {
    if (token.kind === 'end') {
      open = null
      depth = 0
    } else if (open === null) {
      open = { start: token.start, end: token.end, line: token.line, words: [wordOf(token)] }
      pieces.push(open)
    } else {
      open.end = token.end
      if (depth === 0) open.words.push(wordOf(token))
    }
    depth = Math.max(0, depth + (DEPTH[token.kind] ?? 0))
  }
  return pieces
}

function wordOf(token: Token): string {
  return token.kind === 'word' ? token.text.toUpperCase() : ''
}

/** Everything but blanks and comments. */
export function* tokensOf(script: string): Generator<Token> {
  let line = 1
  for (let at = 0; at < script.length; ) {
    const { kind, text } = matchAt(script, at, line)
    const end = at + text.length
    if (kind !== 'blank') yield { kind, text, start: at, end, line }
    line += text.split('\n').length - 1
    at = end
  }
}

function matchAt(script: string, at: number, line: number): { kind: Kind; text: string } {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at
    const text = pattern.exec(script)?.[0]
    if (text !== undefined) return { kind, text }
  }
  const unclosed = UNCLOSED[script.startsWith('/*', at) ? '/*' : script.charAt(at)]
  if (unclosed !== undefined) throw usageError(`The script has a ${unclosed} on line ${line} that is never closed`)
  return { kind: 'other', text: script.charAt(at) }
}
