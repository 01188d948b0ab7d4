import type { SqlStatement } from '../ports.js'
import { type Token, tokensOf } from './script-lexer.js'
import { pathAt } from './table-path.js'

export interface CreateTable {
  /** The parts of its path. */
  path: string[]
  /** Where `WITH (...)` begins and ends in the text; `null` without one. */
  options: { start: number; end: number } | null
  /** By key, as the last one says. */
  values: Map<string, string>
  /** Why the table is not all in this statement, or has what only its own connector takes; `null` when it is. */
  problem: string | null
}

/** Reads a `CREATE TABLE`; `null` for any other statement, `CREATE TABLE ... AS` included. */
export function readCreateTable({ text }: SqlStatement): CreateTable | null {
  const tokens = [...tokensOf(text)]
  const name = nameAt(tokens)
  if (name === null) return null
  const { parts, end } = pathAt(tokens, name)
  const top = topLevel(tokens)
  const words = top.map((token) => token.text.toUpperCase())
  if (words.includes('AS', words.indexOf('TABLE') + 1)) return null
  const withAt = words.lastIndexOf('WITH')
  const open = withAt < 0 ? undefined : top[withAt + 1]
  const close = open?.kind === 'open' ? closing(tokens, tokens.indexOf(open)) : null
  const options = withAt < 0 || close === null ? null : { start: top[withAt]?.start ?? 0, end: tokens[close]?.end ?? 0 }
  const inside = open === undefined || close === null ? [] : tokens.slice(tokens.indexOf(open) + 1, close)
  return { path: parts, options, values: valuesOf(inside), problem: problemOf(tokens, end, words, options?.end ?? null) }
}

/** Where the name stands behind `CREATE [TEMPORARY] TABLE [IF NOT EXISTS]`. */
function nameAt(tokens: Token[]): number | null {
  const words = tokens.slice(0, 7).map((token) => token.text.toUpperCase())
  const found = /^CREATE (?:TEMPORARY )?TABLE (?:IF NOT EXISTS )?/.exec(`${words.join(' ')} `)
  return found === null ? null : found[0].trim().split(' ').length
}

/** Tokens outside parentheses, and each parenthesis that opens there. */
function topLevel(tokens: Token[]): Token[] {
  let depth = 0
  return tokens.filter((token) => {
    if (token.kind === 'close') depth--
    const isTop = depth === 0 && token.kind !== 'close'
    if (token.kind === 'open') depth++
    return isTop
  })
}

function closing(tokens: Token[], open: number): number | null {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.kind === 'open') depth++
    if (tokens[at]?.kind === 'close' && --depth === 0) return at
  }
  return null
}

function valuesOf(tokens: Token[]): Map<string, string> {
  const values = new Map<string, string>()
  for (const [at, token] of tokens.entries()) {
    const value = tokens[at + 2]
    if (token.kind === 'quoted' && tokens[at + 1]?.text === '=' && value?.kind === 'quoted') values.set(unquote(token), unquote(value))
  }
  return values
}

function unquote({ text }: Token): string {
  return text.slice(1, -1).replaceAll("''", "'")
}

function problemOf(tokens: Token[], nameEnd: number, words: string[], optionsEnd: number | null): string | null {
  if (words.includes('LIKE')) return 'it takes its schema from another table (LIKE)'
  if (optionsEnd === null) return 'it has no WITH of its own, so a catalog decides where it is'
  if (tokens[nameEnd]?.kind !== 'open') return 'it has no columns of its own'
  if (tokens.at(-1)?.end !== optionsEnd) return 'something follows its WITH'
  return hasWrittenMetadata(tokens, nameEnd) ? 'it writes metadata columns, and a blackhole takes none (a VIRTUAL one would do)' : null
}

/** `METADATA [FROM '...'] [VIRTUAL]` of a column: without VIRTUAL it is written. */
function hasWrittenMetadata(tokens: Token[], from: number): boolean {
  return tokens.some((token, at) => {
    if (at <= from || token.kind !== 'word' || token.text.toUpperCase() !== 'METADATA') return false
    const isColumnName = tokens[at - 1]?.text === ',' || tokens[at - 1]?.kind === 'open'
    const next = tokens[at + 1]?.text.toUpperCase() === 'FROM' ? tokens[at + 3] : tokens[at + 1]
    return !isColumnName && next?.text.toUpperCase() !== 'VIRTUAL'
  })
}
