import type { SqlStatement } from '../ports.js'
import { reachOf } from './drill-reach.js'
import { notDrillable } from './drill-refusal.js'
import { type Token, tokensOf } from './script-lexer.js'
import { settingOf } from './script-settings.js'
import { pathAt, sessionTable } from './table-path.js'

/** What changes nothing but the session, which ends with the drill, or starts the one job; what it reaches for is looked at apart. */
const HARMLESS = [
  /^SET\b/,
  /^RESET\b/,
  /^(?:CREATE|DROP) TEMPORARY SYSTEM FUNCTION\b/,
  /^(?:ADD|REMOVE) JAR\b/,
  /^(?:LOAD|UNLOAD) MODULE\b/,
  /^USE MODULES\b/,
  /^(?:SHOW|DESCRIBE|DESC|EXPLAIN)\b/,
  /^CREATE CATALOG\b/,
  /^(?:BEGIN|EXECUTE) STATEMENT SET\b/,
  /^END$/,
  /^INSERT INTO\b/,
]

/** The name behind these must be one of the session's own catalog. */
const NAMING =
  /^(?:CREATE (?:TEMPORARY )?(?:TABLE|VIEW|FUNCTION)(?: IF NOT EXISTS)?|DROP (?:TEMPORARY )?(?:TABLE|VIEW|FUNCTION)(?: IF EXISTS)?) /

/** How the job itself is run, as far as that decides what a drill of it may do. */
export interface DrillOrigin {
  /** It was started, under its name, from a script of the very same content: what that fetches, it has fetched. */
  isOwnScript: boolean
  /** `table.catalog-store.kind` of the cluster, `null` = the default, in memory. */
  catalogStore: string | null
}

/** Lets pass only statements of which it is known that they leave nothing behind; all others are refused (exit 6) by name. */
export function checkStatements(statements: SqlStatement[], title: string, origin: DrillOrigin): void {
  const dialect = settingOf(statements, 'table.sql-dialect')
  if (dialect !== null && dialect.toLowerCase() !== 'default') throw notDrillable(title, `it is written in the SQL dialect ${dialect}`)
  for (const statement of statements) {
    const tokens = [...tokensOf(statement.text)]
    const problem = problemOf(statement, tokens, origin)
    if (problem !== null) throw notDrillable(title, `${problem} (line ${statement.line})`)
  }
}

function reachProblem(tokens: Token[], words: string[], { isOwnScript, catalogStore }: DrillOrigin): string | null {
  const reach = reachOf(tokens, words)
  if (reach === null || (reach.kind === 'code' && isOwnScript)) return null
  if (reach.kind !== 'catalog') return reach.what
  const isInMemory = catalogStore === null || catalogStore === 'generic_in_memory'
  return isInMemory ? null : `${reach.what}, which lasts here (table.catalog-store.kind is ${catalogStore})`
}

function problemOf(statement: SqlStatement, tokens: Token[], origin: DrillOrigin): string | null {
  const words = tokens.map((token) => (token.kind === 'quoted' ? '?' : token.text.toUpperCase()))
  const text = words.join(' ')
  const reach = reachProblem(tokens, words, origin)
  if (reach !== null) return reach
  if (HARMLESS.some((pattern) => pattern.test(text))) return null
  const first = words.slice(0, 3).join(' ').replaceAll('?', '').trim()
  const naming = NAMING.exec(`${text} `)
  if (naming === null) return `it has a ${first}, of which it is not known that it leaves all else alone`
  if (statement.startsJob) return 'it has a CREATE TABLE ... AS, which creates and writes at once'
  const { parts } = pathAt(tokens, naming[0].trim().split(' ').length)
  return sessionTable(parts) === null ? `${first} names a table of another catalog or database` : null
}
