import type { SqlStatement } from '../ports.js'
import { type Token, tokensOf } from './script-lexer.js'
import { DEFAULT_CATALOG, pathAt } from './table-path.js'

/**
 * The name that Flink makes for a job without `pipeline.name`: `insert-into_` and its sinks in full, a sink that comes more than once with
 * a number (`TableEnvironmentImpl.executeInternal`, `extractSinkIdentifierNames`). `null` where it cannot be told from the script alone.
 */
export function defaultJobName(job: SqlStatement[], before: SqlStatement[]): string | null {
  const isElsewhere = before.some(({ text }) => /^USE\b/i.test(text))
  const sinks = job.flatMap(({ text }) => sinksOf([...tokensOf(text)])).map((sink) => sink.path)
  if (sinks.length === 0 || (isElsewhere && sinks.some((sink) => sink.length < 3))) return null
  const names = sinks.map((sink) => [...DEFAULT_CATALOG.slice(0, 3 - sink.length), ...sink].join('.'))
  return `insert-into_${names.map((name, at) => numbered(name, at, names)).join(',')}`
}

function numbered(name: string, at: number, names: string[]): string {
  const isSame = (other: string) => other === name
  return names.filter(isSame).length === 1 ? name : `${name}_${names.slice(0, at + 1).filter(isSame).length}`
}

export interface Sink {
  /** The parts of its path. */
  path: string[]
  /** An `OPTIONS` hint follows, or something else that opens like one. */
  hasHint: boolean
}

/** What each `INSERT INTO` or `INSERT OVERWRITE` names. */
export function sinksOf(tokens: Token[]): Sink[] {
  return tokens.flatMap((token, at) => {
    const isInsert = /^insert$/i.test(token.text) && /^(?:into|overwrite)$/i.test(tokens[at + 1]?.text ?? '')
    const { parts, end } = pathAt(tokens, at + 2)
    return isInsert && parts.length > 0 ? [{ path: parts, hasHint: tokens[end]?.text.startsWith('/*+') === true }] : []
  })
}
