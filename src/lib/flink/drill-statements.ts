import type { SqlStatement } from '../ports.js'
import { notDrillable } from './drill-refusal.js'
import { type Token, tokensOf } from './script-lexer.js'
import { settingOf } from './script-settings.js'
import { pathAt, sessionTable } from './table-path.js'

/** What changes nothing but the session, which ends with the drill, or starts the one job. */
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

/** Lets pass only statements of which it is known that they leave nothing behind; all others are refused (exit 6) by name. */
export function checkStatements(statements: SqlStatement[], title: string): void {
  const dialect = settingOf(statements, 'table.sql-dialect')
  if (dialect !== null && dialect.toLowerCase() !== 'default') throw notDrillable(title, `it is written in the SQL dialect ${dialect}`)
  for (const statement of statements) {
    const tokens = [...tokensOf(statement.text)]
    const problem = problemOf(statement, tokens)
    if (problem !== null) throw notDrillable(title, `${problem} (line ${statement.line})`)
  }
}

function problemOf(statement: SqlStatement, tokens: Token[]): string | null {
  const words = tokens.map((token) => (token.kind === 'quoted' ? '?' : token.text.toUpperCase()))
  const text = words.join(' ')
  if (HARMLESS.some((pattern) => pattern.test(text))) return null
  const first = words.slice(0, 3).join(' ').replaceAll('?', '').trim()
  const naming = NAMING.exec(`${text} `)
  if (naming === null) return `it has a ${first}, of which it is not known that it leaves all else alone`
  if (statement.startsJob) return 'it has a CREATE TABLE ... AS, which creates and writes at once'
  const { parts } = pathAt(tokens, naming[0].trim().split(' ').length)
  return sessionTable(parts) === null ? `${first} names a table of another catalog or database` : null
}
