import type { SqlStatement } from '../ports.js'

const SET = /^SET\s+(?:'((?:[^']|'')*)'|([^\s='"]+))\s*=\s*(?:'((?:[^']|'')*)'|([^\s']+))$/i
const RESET = /^RESET(?:\s+(?:'((?:[^']|'')*)'|([^\s'"]+)))?$/i

/** The value of `key` that the script's first job sees: the last `SET` before it that no `RESET` took back. */
export function settingOf(statements: SqlStatement[], key: string): string | null {
  let value: string | null = null
  for (const { text, startsJob } of statements) {
    if (startsJob) break
    const set = SET.exec(text)
    if (set && unquote(set[1] ?? set[2]) === key) value = unquote(set[3] ?? set[4])
    const reset = RESET.exec(text)
    if (reset && [null, key].includes(unquoteOptional(reset[1] ?? reset[2]))) value = null
  }
  return value
}

/** Name the script gives its job; `null` = Flink makes one of the sink's name. */
export function pipelineNameOf(statements: SqlStatement[]): string | null {
  return settingOf(statements, 'pipeline.name')
}

function unquote(text = ''): string {
  return text.replaceAll("''", "'")
}

function unquoteOptional(text: string | undefined): string | null {
  return text === undefined ? null : unquote(text)
}
