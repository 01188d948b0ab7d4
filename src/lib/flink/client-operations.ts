import { EXIT, FlinkopsError, notFoundError } from '../errors.js'
import type { OperationStatus, SavepointRequest } from '../ports.js'
import { causeOfErrors } from './errors.js'
import { failureOf, isJobUnknown, isSuccess } from './failure.js'
import type { Http } from './http.js'
import { parseOperation } from './wire-operations.js'

interface Trigger {
  http: Http
  request: SavepointRequest
  signal: AbortSignal
}

/** `/savepoints` spells `target-directory`; from 1.20 on the other spelling is ignored without a word (FLINK-35302). */
export function triggerSavepoint({ http, request, signal }: Trigger): Promise<void> {
  const target = request.targetDirectory === undefined ? {} : { 'target-directory': request.targetDirectory }
  const body = { ...target, 'cancel-job': false, formatType: request.format, triggerId: request.triggerId }
  return post({ http, jobId: request.jobId, verb: 'savepoints', body, signal })
}

/** `/stop` spells `targetDirectory`. */
export function triggerStop({ http, request, signal }: Trigger & { request: { drain: boolean } }): Promise<void> {
  const target = request.targetDirectory === undefined ? {} : { targetDirectory: request.targetDirectory }
  const body = { ...target, drain: request.drain, formatType: request.format, triggerId: request.triggerId }
  return post({ http, jobId: request.jobId, verb: 'stop', body, signal })
}

interface Post {
  http: Http
  jobId: string
  verb: 'savepoints' | 'stop'
  body: Record<string, unknown>
  signal: AbortSignal
}

/** 202 even when doomed: only the status tells. Repeatable, because the trigger id is ours. */
async function post({ http, jobId, verb, body, signal }: Post): Promise<void> {
  const path = `/v1/jobs/${encodeURIComponent(jobId)}/${verb}`
  const answer = await http.send({ method: 'POST', path, body, repeatable: true, signal })
  if (isSuccess(answer)) return
  const what = verb === 'stop' ? 'The JobManager did not take the stop' : 'The JobManager did not take the savepoint'
  throw failureOf(answer, what)
}

interface OperationQuery {
  http: Http
  jobId: string
  triggerId: string
  signal: AbortSignal
}

/** Savepoints and stops alike are read under `/savepoints`; there is no `GET /stop/:triggerid`. */
export async function readOperation({ http, jobId, triggerId, signal }: OperationQuery): Promise<OperationStatus> {
  const path = `/v1/jobs/${encodeURIComponent(jobId)}/savepoints/${encodeURIComponent(triggerId)}`
  const answer = await http.send({ method: 'GET', path, signal })
  if (isSuccess(answer)) return parseOperation(answer.body)
  if (answer.status === 404 && (answer.errors.at(-1) ?? '').includes('There is no savepoint operation')) return { state: 'unknown' }
  throw failureOf(answer, 'The JobManager cannot tell the state of the operation')
}

/** 202 = accepted (also for a job that is CANCELED already); 408 = not done in time, and still going on. */
export async function cancelJob({ http, jobId, signal }: { http: Http; jobId: string; signal: AbortSignal }): Promise<void> {
  const answer = await http.send({ method: 'PATCH', path: `/v1/jobs/${encodeURIComponent(jobId)}?mode=cancel`, signal })
  if (isSuccess(answer) || answer.status === 408) return
  if (isJobUnknown(answer)) throw notFoundError('JOB_NOT_FOUND', `The JobManager at ${http.url} does not know job ${jobId}`)
  if (answer.status === 409) {
    throw new FlinkopsError(causeOfErrors(answer.errors), { code: 'JOB_ALREADY_ENDED', exitCode: EXIT.failedOnCluster })
  }
  throw failureOf(answer, `The JobManager did not cancel job ${jobId}`)
}
