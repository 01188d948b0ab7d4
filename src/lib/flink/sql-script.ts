import { EXIT, FlinkopsError, usageError } from '../errors.js'
import type { SqlScript, SqlStatement } from '../ports.js'
import { isolationConfig } from './isolation-keys.js'
import { restoreConfig } from './restore-keys.js'
import { runStatement, type Session } from './sql-statement.js'

/** `PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID`: a submission with the id of a job that is there is refused. */
const FIXED_JOB_ID = '$internal.pipeline.job-id'

/** What the gateway runs as a job of its own, to fetch its rows. */
const QUERY = /^\(*\s*(?:SELECT|VALUES|TABLE|WITH)\b/i

/**
 * Runs `left`, statements of the script, in order; stops at the first error. Answers the ids of the jobs that were started. `onStep` has
 * each statement before it is sent, and when it is through.
 */
export async function runStatements(
  session: Session,
  script: SqlScript,
  left: readonly SqlStatement[],
  signal: AbortSignal,
  onStep: (statement: SqlStatement, step: 'sent' | 'done') => void = () => undefined,
): Promise<string[]> {
  const configOf = configs(script)
  const jobIds: string[] = []
  try {
    for (const statement of left) {
      const config = configOf(statement)
      onStep(statement, 'sent')
      const jobId = await runStatement({ session, statement, ...(config && { config }), signal })
      onStep(statement, 'done')
      if (jobId === null) continue
      jobIds.push(jobId)
      await script.onStarted?.(jobId)
    }
  } catch (error) {
    throw afterStart(error, jobIds)
  }
  return jobIds
}

/** A statement that fails behind the one that started a job leaves that job running. */
function afterStart(error: unknown, jobIds: string[]): unknown {
  if (jobIds.length === 0 || !(error instanceof FlinkopsError) || error.exitCode !== EXIT.failedOnCluster) return error
  return new FlinkopsError(`${error.message} Before it, the script started job ${jobIds.join(', ')}, which goes on.`, {
    code: 'SQL_FAILED_AFTER_START',
    exitCode: error.exitCode,
    suggestions: ['Look at it: flinkops list-jobs'],
  })
}

type Configs = (statement: SqlStatement) => Record<string, string> | null

/** What is given to one statement alone, as its execution configuration; it outweighs every `SET` and the session does not keep it. */
function configs(script: SqlScript): Configs {
  const { restore, jobId, isolation, flinkVersion } = script
  const the = checkRestorable(script)
  return (statement) => {
    if (QUERY.test(statement.text)) return queryConfig(statement)
    if (!statement.startsJob) return null
    return {
      // The gateway would answer at the end of the job, which may have none, and cancel it with the session.
      'table.dml-sync': 'false',
      ...(statement === the && {
        ...(restore && restoreConfig(restore, flinkVersion)),
        ...(isolation && isolationConfig(isolation, flinkVersion)),
        ...(jobId !== undefined && { [FIXED_JOB_ID]: jobId }),
      }),
    }
  }
}

/** A query is closed after its first rows: nothing that it leaves may pass for a restore point of the script's job. */
function queryConfig({ line }: SqlStatement): Record<string, string> {
  return {
    'pipeline.name': `flinkops query of line ${line}`,
    'execution.checkpointing.externalized-checkpoint-retention': 'DELETE_ON_CANCELLATION',
  }
}

/**
 * The statement that a restore point, an id and the like are for; `null` where none is given. A restore given to two jobs would restore
 * both from one snapshot; given to none, nothing.
 */
export function checkRestorable({ statements, restore, jobId, isolation }: SqlScript): SqlStatement | null {
  if (restore === undefined && jobId === undefined && isolation === undefined) return null
  const [first, ...others] = statements.filter((statement) => statement.startsJob)
  if (first === undefined) throw usageError('The script starts no job, so nothing can be restored')
  if (others.length === 0) return first
  const lines = [first, ...others].map((statement) => statement.line).join(', ')
  throw usageError(
    `The script starts ${others.length + 1} jobs (lines ${lines}), and a snapshot can restore just one`,
    'Put the INSERTs into one EXECUTE STATEMENT SET, or each into a script of its own.',
  )
}
