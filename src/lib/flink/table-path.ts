import type { Token } from './script-lexer.js'

export const DEFAULT_CATALOG = ['default_catalog', 'default_database']

/** A table's path as its parts, at most three, and where it ends. */
export function pathAt(tokens: Token[], start: number): { parts: string[]; end: number } {
  const parts: string[] = []
  for (let at = start; parts.length < 3; at += 2) {
    const token = tokens[at]
    if (token?.kind === 'word') parts.push(token.text)
    else if (token?.text.startsWith('`') === true) parts.push(token.text.slice(1, -1).replaceAll('``', '`'))
    else return { parts, end: at }
    if (tokens[at + 1]?.text !== '.') return { parts, end: at + 1 }
  }
  return { parts, end: start + 2 * parts.length - 1 }
}

/** The name of a table in the catalog that each session has of its own, in memory; `null` for a table elsewhere. */
export function sessionTable(parts: string[]): string | null {
  const name = parts.at(-1)
  const isOwn = parts.slice(0, -1).every((part, at) => part === DEFAULT_CATALOG[at + 3 - parts.length])
  return name !== undefined && isOwn ? name : null
}
