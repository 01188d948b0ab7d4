import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { SqlStatement } from '../ports.js'
import type { Answer } from './answer.js'
import { causeOfErrors } from './errors.js'
import { isSuccess, suggestionsFor } from './failure.js'
import type { Http } from './http.js'
import { parseOperationHandle, parseResultPage } from './wire-sql.js'

export interface Session {
  http: Http
  /** `/v4/sessions/<handle>`. */
  path: string
  pollMs: number
}

export interface Run {
  session: Session
  statement: SqlStatement
  /** Execution configuration of this statement alone; the session does not keep it. */
  config?: Record<string, string>
  signal: AbortSignal
}

/** Runs one statement to its end; answers the id of the job it started, if any. */
export async function runStatement(run: Run): Promise<string | null> {
  const { session, statement, config, signal } = run
  const body = { statement: statement.text, ...(config && { executionConfig: config }) }
  const answer = await session.http.send({ method: 'POST', path: `${session.path}/statements`, body, signal })
  if (!isSuccess(answer)) throw failed(answer, statement)
  const operation = `${session.path}/operations/${encodeURIComponent(parseOperationHandle(answer.body))}`
  return readToEnd(run, operation)
}

/**
 * `NOT_READY`, then `PAYLOAD` pages, then `EOS`. Pages are addressed by token below our own base URL, for `nextResultUri` knows no
 * path prefix. A query is closed after its first page: it runs a job of its own and may never end.
 */
async function readToEnd({ session, statement, signal }: Run, operation: string): Promise<string | null> {
  let jobId: string | null = null
  for (let token = '0'; ; ) {
    const path = `${operation}/result/${token}?rowFormat=JSON`
    const answer = await session.http.send({ method: 'GET', path, signal })
    if (!isSuccess(answer)) throw failed(answer, statement)
    const page = parseResultPage(answer.body)
    if (page.type === 'NOT_READY') {
      await sleep(session.pollMs, undefined, { signal }).catch(() => signal.throwIfAborted())
      continue
    }
    if (page.isQuery) {
      await session.http.send({ method: 'DELETE', path: `${operation}/close`, signal })
      return null
    }
    jobId ??= page.jobId
    if (page.type === 'EOS' || page.nextToken === null) return jobId
    token = page.nextToken
  }
}

/** The result of a failed statement is a 500 with the causes; `ERROR` of `/status` says no more. */
function failed(answer: Answer, statement: SqlStatement): FlinkopsError {
  const cause = causeOfErrors(answer.errors)
  return new FlinkopsError(`The statement at line ${statement.line} failed: ${cause}`, {
    code: 'SQL_FAILED',
    exitCode: EXIT.failedOnCluster,
    suggestions: suggestionsFor(cause),
  })
}
