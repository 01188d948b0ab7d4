import type { SqlStatement } from '../ports.js'

const SET = /^SET\s+(?:'((?:[^']|'')*)'|([^\s='"]+))\s*=\s*(?:'((?:[^']|'')*)'|([^\s']+))$/i
const RESET = /^RESET(?:\s+(?:'((?:[^']|'')*)'|([^\s'"]+)))?$/i

/** The value of `key` that a job of the script sees, without one its first: the last `SET` before it that no `RESET` took back. */
export function settingOf(statements: SqlStatement[], key: string, job?: SqlStatement): string | null {
  let value: string | null = null
  for (const statement of statements) {
    if (job === undefined ? statement.startsJob : statement === job) break
    const set = SET.exec(statement.text)
    if (set && unquote(set[1] ?? set[2]) === key) value = unquote(set[3] ?? set[4])
    const reset = RESET.exec(statement.text)
    if (reset && [null, key].includes(unquoteOptional(reset[1] ?? reset[2]))) value = null
  }
  return value
}

/** All values that the statements give to any of these keys with `SET`, whatever `RESET` takes back. */
export function valuesOf(statements: SqlStatement[], keys: readonly string[]): string[] {
  return statements.flatMap(({ text }) => {
    const set = SET.exec(text)
    return set && keys.includes(unquote(set[1] ?? set[2])) ? [unquote(set[3] ?? set[4])] : []
  })
}

function unquote(text = ''): string {
  return text.replaceAll("''", "'")
}

function unquoteOptional(text: string | undefined): string | null {
  return text === undefined ? null : unquote(text)
}
