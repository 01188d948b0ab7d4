import { EXIT, FlinkopsError, usageError } from '../errors.js'
import type { SqlGateway, SqlScript, SqlStatement } from '../ports.js'
import { failureOf, isSuccess } from './failure.js'
import { createHttp, type Http, type HttpOptions } from './http.js'
import { isolationConfig } from './isolation-keys.js'
import { restoreConfig } from './restore-keys.js'
import { runStatement, type Session } from './sql-statement.js'
import { parseApiVersions, parseSessionHandle } from './wire-sql.js'

/** v1 came with 1.16, v2 with 1.17, v3 with 1.20, v4 with 2.0; what is used here is the same in all. */
const KNOWN_VERSIONS = [4, 3, 2, 1]

/** `PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID`: a submission with the id of a job that is there is refused. */
const FIXED_JOB_ID = '$internal.pipeline.job-id'

const CLOSE_TIMEOUT_MS = 5000

export type SqlGatewayOptions = Omit<HttpOptions, 'server'> & {
  /** Pause between two looks at a running statement. */
  pollMs?: number
}

/**
 * The SQL Gateway's REST API. `GET /sessions/:s` and the rows of `SET` list the gateway's configuration with account keys in clear:
 * neither is ever read here.
 */
export function createSqlGateway(options: SqlGatewayOptions): SqlGateway {
  const http = createHttp({ ...options, server: 'SQL Gateway' })
  return {
    url: http.url,
    async runScript(script, signal) {
      const { statements, onStarted } = script
      const own = ownConfig(script)
      const session = await openSession(http, options.pollMs ?? 250, propertiesOf(script), signal)
      const jobIds: string[] = []
      try {
        for (const statement of statements) {
          const config = own?.statement === statement ? own.config : undefined
          const jobId = await runStatement({ session, statement, ...(config && { config }), signal })
          if (jobId === null) continue
          jobIds.push(jobId)
          await onStarted?.(jobId)
        }
      } catch (error) {
        throw afterStart(error, jobIds)
      } finally {
        await closeSession(session)
      }
      return jobIds
    },
  }
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

/** What is given to the one statement that starts the job. */
function ownConfig({
  statements,
  restore,
  jobId,
  isolation,
  flinkVersion,
}: SqlScript): { statement: SqlStatement; config: Record<string, string> } | null {
  if (restore === undefined && jobId === undefined && isolation === undefined) return null
  const config = {
    ...(restore && restoreConfig(restore, flinkVersion)),
    ...(isolation && isolationConfig(isolation, flinkVersion)),
    ...(jobId !== undefined && { [FIXED_JOB_ID]: jobId }),
  }
  return { statement: restoredStatement(statements), config }
}

/** A restore given to two jobs would restore both from one snapshot; given to none, nothing. */
function restoredStatement(statements: SqlStatement[]): SqlStatement {
  const [first, ...others] = statements.filter((statement) => statement.startsJob)
  if (first === undefined) throw usageError('The script starts no job, so nothing can be restored')
  if (others.length === 0) return first
  const lines = [first, ...others].map((statement) => statement.line).join(', ')
  throw usageError(
    `The script starts ${others.length + 1} jobs (lines ${lines}), and a snapshot can restore just one`,
    'Put the INSERTs into one EXECUTE STATEMENT SET, or each into a script of its own.',
  )
}

/**
 * The session gets no properties: what a script needs it says itself. Only one that is watched apart keeps the catalogs that it creates to
 * itself, whatever the gateway is set up for (`SessionContext` builds the catalog store from the session's configuration, from 1.18 on).
 */
function propertiesOf({ isolation, statements }: SqlScript): Record<string, string> | null {
  const hasCatalog = statements.some(({ text }) => /^CREATE\s+CATALOG\b/i.test(text))
  return isolation !== undefined && hasCatalog ? { 'table.catalog-store.kind': 'generic_in_memory' } : null
}

async function openSession(http: Http, pollMs: number, properties: Record<string, string> | null, signal: AbortSignal): Promise<Session> {
  const base = `/v${await negotiate(http, signal)}/sessions`
  const answer = await http.send({ method: 'POST', path: base, body: properties === null ? {} : { properties }, signal })
  if (!isSuccess(answer)) throw failureOf(answer, 'The SQL Gateway opened no session', 'SQL_GATEWAY_ERROR')
  return { http, path: `${base}/${encodeURIComponent(parseSessionHandle(answer.body))}`, pollMs }
}

async function negotiate(http: Http, signal: AbortSignal): Promise<number> {
  const answer = await http.send({ method: 'GET', path: '/api_versions', signal })
  if (!isSuccess(answer)) throw failureOf(answer, `The SQL Gateway at ${http.url} does not tell its API versions`, 'SQL_GATEWAY_ERROR')
  const offered = parseApiVersions(answer.body)
  const version = KNOWN_VERSIONS.find((known) => offered.includes(known))
  if (version !== undefined) return version
  throw new FlinkopsError(`The SQL Gateway at ${http.url} offers none of the API versions v1 to v4`, {
    code: 'UNREACHABLE',
    exitCode: EXIT.unreachable,
    suggestions: ['Check that the URL is that of a SQL Gateway (port 8083 by default).'],
  })
}

/** Also after an abort, so under a signal of its own; the gateway would close it after 10 idle minutes anyway. */
async function closeSession({ http, path }: Session): Promise<void> {
  const signal = AbortSignal.timeout(CLOSE_TIMEOUT_MS)
  await http.send({ method: 'DELETE', path, timeoutMs: CLOSE_TIMEOUT_MS, signal }).catch(() => undefined)
}
