import type { SqlStatement } from '../ports.js'
import { type Token, tokensOf } from './script-lexer.js'

const CATALOG = ['default_catalog', 'default_database']

/**
 * The name that Flink makes for a job without `pipeline.name`: `insert-into_` and its sinks in full, a sink that comes more than once with
 * a number (`TableEnvironmentImpl.executeInternal`, `extractSinkIdentifierNames`). `null` where it cannot be told from the script alone.
 */
export function defaultJobName(job: SqlStatement[], before: SqlStatement[]): string | null {
  const isElsewhere = before.some(({ text }) => /^USE\b/i.test(text))
  const sinks = job.flatMap(({ text }) => sinksOf([...tokensOf(text)]))
  if (sinks.length === 0 || (isElsewhere && sinks.some((sink) => sink.length < 3))) return null
  const names = sinks.map((sink) => [...CATALOG.slice(0, 3 - sink.length), ...sink].join('.'))
  return `insert-into_${names.map((name, at) => numbered(name, at, names)).join(',')}`
}

function numbered(name: string, at: number, names: string[]): string {
  const isSame = (other: string) => other === name
  return names.filter(isSame).length === 1 ? name : `${name}_${names.slice(0, at + 1).filter(isSame).length}`
}

/** What each `INSERT INTO` or `INSERT OVERWRITE` names, as the parts of its path. */
function sinksOf(tokens: Token[]): string[][] {
  return tokens.flatMap((token, at) => {
    const isInsert = /^insert$/i.test(token.text) && /^(?:into|overwrite)$/i.test(tokens[at + 1]?.text ?? '')
    const path = isInsert ? pathFrom(tokens, at + 2) : []
    return path.length === 0 ? [] : [path]
  })
}

function pathFrom(tokens: Token[], start: number): string[] {
  const parts: string[] = []
  for (let at = start; parts.length < 3; at += 2) {
    const token = tokens[at]
    if (token?.kind === 'word') parts.push(token.text)
    else if (token?.text.startsWith('`') === true) parts.push(token.text.slice(1, -1).replaceAll('``', '`'))
    else return parts
    if (tokens[at + 1]?.text !== '.') return parts
  }
  return parts
}
