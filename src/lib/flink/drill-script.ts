import type { SqlStatement } from '../ports.js'
import { type CreateTable, readCreateTable } from './create-table.js'
import { notDrillable } from './drill-refusal.js'
import { checkStatements, type DrillOrigin } from './drill-statements.js'
import { type Token, tokensOf } from './script-lexer.js'
import { settingOf } from './script-settings.js'
import { sinksOf } from './sinks.js'
import { sessionTable } from './table-path.js'

export interface DrillTable {
  name: string
  /** As its `WITH` says. */
  connector: string
  /** Whether a blackhole in its place leaves the ids of all operators as they are: seen on 1.20.1 and 2.3.0. */
  keepsIds: boolean
}

export interface DrillScript {
  statements: SqlStatement[]
  /** Every table that the job would have written to. */
  sinks: DrillTable[]
  /** Tables that the job may read. */
  sources: DrillTable[]
}

const STATELESS = new Set(['blackhole', 'print'])

const HOLE = "WITH ('connector' = 'blackhole')"

/**
 * The script of one job with each sink as a blackhole of the same schema: of a sink's `CREATE TABLE` only the `WITH` is another, all else
 * stays to the letter. Throws (exit 6) where it is not certain from the script alone that nothing real is written.
 */
export function drillScript(statements: SqlStatement[], title: string, origin: DrillOrigin): DrillScript {
  checkStatements(statements, title, origin)
  if (/^batch$/i.test(settingOf(statements, 'execution.runtime-mode') ?? ''))
    throw notDrillable(title, 'it runs in batch mode, which takes no checkpoints')
  const sinks = new Set(sinkNames(statements, title))
  const tables = statements.flatMap((statement) => {
    const table = readCreateTable(statement)
    const name = table === null ? null : sessionTable(table.path)
    return table === null || name === null ? [] : [{ statement, table, name }]
  })
  const replaced = new Map<SqlStatement, SqlStatement>()
  const holes: DrillTable[] = []
  for (const sink of sinks) {
    const { statement, table } = theOne(
      tables.filter(({ name }) => name === sink),
      sink,
      title,
    )
    refuseReading(sink, statements, title)
    replaced.set(statement, withHole(statement, table, sink, title))
    holes.push(drillTable(sink, table))
  }
  return {
    statements: statements.map((statement) => replaced.get(statement) ?? statement),
    sinks: holes,
    sources: tables.filter(({ name }) => !sinks.has(name)).map(({ name, table }) => drillTable(name, table)),
  }
}

function drillTable(name: string, { values }: CreateTable): DrillTable {
  const connector = values.get('connector') ?? 'unknown'
  // With a parallelism of its own a sink is not chained, and the ids before it are others.
  return { name, connector, keepsIds: STATELESS.has(connector) && !values.has('sink.parallelism') }
}

/** What each INSERT names, without a single doubt left. */
function sinkNames(statements: SqlStatement[], title: string): string[] {
  return statements.flatMap(({ text, line }) => {
    const tokens = [...tokensOf(text)]
    const inserts = tokens.filter((token) => token.kind === 'word' && /^insert$/i.test(token.text)).length
    const paths = sinksOf(tokens)
    if (paths.length !== inserts) throw notDrillable(title, `an INSERT in the statement at line ${line} does not say INTO which table`)
    return paths.map(({ path, hasHint }) => {
      const name = sessionTable(path)
      if (name === null) throw notDrillable(title, `${path.join('.')} is a table of another catalog or database`)
      if (hasHint) throw notDrillable(title, `the INSERT INTO ${name} has a hint, which may change where it writes`)
      return name
    })
  })
}

type Created = { statement: SqlStatement; table: CreateTable }

function theOne([only, second]: Created[], sink: string, title: string): Created {
  if (only === undefined) throw notDrillable(title, `the script writes to ${sink} and does not create it`)
  if (second !== undefined) throw notDrillable(title, `the script creates ${sink} more than once`)
  return only
}

function withHole(statement: SqlStatement, { options, problem }: CreateTable, sink: string, title: string): SqlStatement {
  if (problem !== null || options === null) throw notDrillable(title, `of its sink ${sink}: ${problem ?? 'its WITH cannot be read'}`)
  const { text } = statement
  return { ...statement, text: `${text.slice(0, options.start)}${HOLE}${text.slice(options.end)}` }
}

const READS = /^(?:FROM|JOIN|TABLE|LIKE)$/i

/** A blackhole gives nothing back; Flink would say so too, in words of its own. */
function refuseReading(sink: string, statements: SqlStatement[], title: string): void {
  for (const statement of statements) {
    if (readCreateTable(statement) !== null) continue
    const tokens = [...tokensOf(statement.text)]
    const at = tokens.findIndex((token, index) => nameOf(token) === sink && READS.test(tokens[index - 1]?.text ?? ''))
    if (at > 0 && !/^DROP\b/i.test(statement.text)) throw notDrillable(title, `it also reads from its sink ${sink}`)
  }
}

function nameOf(token: Token): string | null {
  if (token.kind === 'word') return token.text
  return token.text.startsWith('`') ? token.text.slice(1, -1).replaceAll('``', '`') : null
}
