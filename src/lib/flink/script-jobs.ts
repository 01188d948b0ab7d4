import type { SqlStatement } from '../ports.js'
import { settingOf } from './script-settings.js'
import { defaultJobName } from './sinks.js'

/** One job of a script. */
export interface ScriptJob {
  /** `pipeline.name`, else what Flink makes of the sinks; `null` where only Flink can tell. */
  name: string | null
  line: number
  /** What has to run for this job alone: what comes before it, without the other jobs. */
  statements: SqlStatement[]
  /** Those of them that are the job itself. */
  own: SqlStatement[]
  /** Where the script itself puts its state, with `SET`. */
  directories: string[]
  /** The snapshot that the script itself restores from, with `SET`. */
  restoresFrom: string | null
}

/** Old and new names of each option; the new one counts where both are set. */
const CHECKPOINT_DIRECTORY = ['execution.checkpointing.dir', 'state.checkpoints.dir']
const SAVEPOINT_DIRECTORY = ['execution.checkpointing.savepoint-dir', 'state.savepoints.dir']
export const RESTORE_PATH = ['execution.state-recovery.path', 'execution.savepoint.path']

/** The jobs of a script, in order: one for each INSERT that stands alone, one for each statement set. */
export function jobsOf(statements: SqlStatement[]): ScriptJob[] {
  const owners = ownersOf(statements)
  const starting = statements.filter((statement) => statement.startsJob)
  return starting.map((job) => {
    const own = statements.filter((statement) => owners.get(statement) === job)
    const before = statements.slice(0, statements.indexOf(job)).filter((statement) => !owners.has(statement))
    const behind = statements.slice(statements.indexOf(job)).filter((statement) => !owners.has(statement))
    const first = (keys: string[]) => keys.map((key) => settingOf(statements, key, job)).find((value) => value !== null) ?? null
    return {
      name: settingOf(statements, 'pipeline.name', job) ?? defaultJobName(own, before),
      line: own[0]?.line ?? job.line,
      statements: [...before, ...own, ...(job === starting.at(-1) ? behind : [])],
      own,
      directories: [first(CHECKPOINT_DIRECTORY), first(SAVEPOINT_DIRECTORY)].filter((value) => value !== null),
      restoresFrom: first(RESTORE_PATH),
    }
  })
}

/** Which job a statement is part of: itself, or for all of `BEGIN STATEMENT SET; ...; END;` its `END`. */
function ownersOf(statements: SqlStatement[]): Map<SqlStatement, SqlStatement> {
  const owners = new Map<SqlStatement, SqlStatement>()
  let set: SqlStatement[] = []
  for (const statement of statements) {
    if (/^BEGIN\s+STATEMENT\s+SET\b/i.test(statement.text)) set = [statement]
    else if (set.length > 0) set.push(statement)
    if (!statement.startsJob) continue
    for (const one of [...set, statement]) owners.set(one, statement)
    set = []
  }
  return owners
}
