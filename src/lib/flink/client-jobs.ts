import { EXIT, FlinkopsError } from '../errors.js'
import type { CheckpointConfig, CheckpointStats, JobDetails } from '../ports.js'
import type { Answer } from './answer.js'
import { causeOf } from './errors.js'
import { failureOf, isCheckpointingOff, isInitializing, isJobUnknown, isSuccess, isWrongRoute } from './failure.js'
import type { Http } from './http.js'
import { parseCheckpointConfig, parseCheckpointStats } from './wire-checkpoints.js'
import { parseJob, parseJobState, parseJobsOverview, parseNewestFailure } from './wire-jobs.js'

export interface JobQuery {
  http: Http
  jobId: string
  signal: AbortSignal
}

/** `GET /jobs/:id`, cached by Flink for up to 3 s: not for "is it still running". */
export function readJob(query: JobQuery): Promise<JobDetails | null> {
  return read(query, '', parseJob)
}

export function readCheckpoints(query: JobQuery): Promise<CheckpointStats | null> {
  return read(query, '/checkpoints', parseCheckpointStats)
}

export function readCheckpointConfig(query: JobQuery): Promise<CheckpointConfig | null> {
  return read(query, '/checkpoints/config', parseCheckpointConfig)
}

/** The newest failure; the innermost cause names what broke, the outer ones how Flink reacted. */
export async function readFailureCause(query: JobQuery): Promise<string | null> {
  const stack = await read(query, '/exceptions', parseNewestFailure)
  return stack === null ? null : causeOf(stack)
}

/** `/status` is uncached, exists from 1.16 on; before, `/jobs/overview` is uncached too. */
export async function readJobState(query: JobQuery): Promise<string | null> {
  const answer = await ask(query, '/status')
  if (isSuccess(answer)) return parseJobState(answer.body)
  if (isJobUnknown(answer)) return null
  if (!isWrongRoute(answer)) throw failureOf(answer, `The JobManager cannot tell the state of job ${query.jobId}`)
  const overview = await query.http.send({ method: 'GET', path: '/v1/jobs/overview', signal: query.signal })
  if (!isSuccess(overview)) throw failureOf(overview, 'The JobManager cannot list its jobs')
  return parseJobsOverview(overview.body).find((job) => job.jobId === query.jobId.toLowerCase())?.state ?? null
}

async function read<T>(query: JobQuery, part: string, parse: (body: unknown) => T): Promise<T | null> {
  const answer = await ask(query, part)
  if (isSuccess(answer)) return parse(answer.body)
  if (isJobUnknown(answer) || isCheckpointingOff(answer)) return null
  if (isInitializing(answer)) throw initializing(query.jobId)
  throw failureOf(answer, `The JobManager cannot answer for job ${query.jobId}`)
}

function ask({ http, jobId, signal }: JobQuery, part: string): Promise<Answer> {
  return http.send({ method: 'GET', path: `/v1/jobs/${encodeURIComponent(jobId)}${part}`, signal })
}

function initializing(jobId: string): FlinkopsError {
  return new FlinkopsError(`Job ${jobId} is still initializing`, {
    code: 'JOB_INITIALIZING',
    exitCode: EXIT.stillRunning,
    suggestions: ['Try again once it runs.'],
  })
}
