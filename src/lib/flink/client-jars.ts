import { EXIT, FlinkopsError } from '../errors.js'
import type { RunJarRequest } from '../ports.js'
import type { Answer } from './answer.js'
import { readFailureCause, readJobState } from './client-jobs.js'
import { failureOf, isSuccess, isWrongRoute } from './failure.js'
import type { Http } from './http.js'
import { jarForm, jarName, sha256Of } from './jar-file.js'
import { restoreFields } from './restore-keys.js'
import { parseJars, parseRun, parseUpload } from './wire-cluster.js'

interface Upload {
  http: Http
  jarPath: string
  timeoutMs: number
  signal: AbortSignal
}

/**
 * Uploaded jars live in one JobManager process: ask right before the run, remember no jar id. A jar that is there is taken by its name, which
 * must be just the one that an upload of this file would have. What it holds cannot be asked: whoever may upload to a JobManager may name
 * a jar as they like, and may also run it.
 */
export async function ensureJar({ http, jarPath, timeoutMs, signal }: Upload): Promise<string> {
  const digest = await sha256Of(jarPath, signal)
  const listed = await http.send({ method: 'GET', path: '/v1/jars', signal })
  if (!isSuccess(listed)) throw refused(listed, 'The JobManager does not list its jars')
  const name = jarName(jarPath, digest)
  const present = parseJars(listed.body).find((jar) => jar.name === name)
  if (present) return present.id
  const form = await jarForm(jarPath, name)
  const answer = await http.send({ method: 'POST', path: '/v1/jars/upload', form, timeoutMs, signal })
  if (!isSuccess(answer)) throw refused(answer, 'The JobManager did not take the jar')
  return parseUpload(answer.body)
}

function refused(answer: Answer, what: string): FlinkopsError {
  if (!isWrongRoute(answer)) return failureOf(answer, what)
  return new FlinkopsError('This JobManager takes no jars', {
    code: 'JARS_NOT_SUPPORTED',
    exitCode: EXIT.failedOnCluster,
    suggestions: [
      'web.submit.enable is false, or this is an application cluster: deploy the job with its own tools and give the snapshot as execution.savepoint.path (from 1.20: execution.state-recovery.path).',
    ],
  })
}

const TERMINAL = new Set(['FAILED', 'CANCELED', 'FINISHED'])

interface Run {
  http: Http
  request: RunJarRequest
  version: (signal: AbortSignal) => Promise<string>
  timeoutMs: number
  signal: AbortSignal
}

/**
 * `POST /jars/:id/run` returns once the job is initialized, restore included. `programArgs` is ignored from 2.0 on, so the list.
 * Not idempotent by itself: a job id of ours turns a second submission into "already submitted", which is then looked at.
 */
export async function runJar(run: Run): Promise<string> {
  const { http, request, timeoutMs, signal } = run
  const path = `/v1/jars/${encodeURIComponent(request.jarId)}/run`
  const body = await runBody(run)
  const answer = await http.send({ method: 'POST', path, body, timeoutMs, signal }).catch((error: unknown) => lookFor(run, error))
  if (typeof answer === 'string') return answer
  if (isSuccess(answer)) return parseRun(answer.body)
  if (isDuplicate(answer)) return adopt(run)
  throw failureOf(answer, 'The job did not start', 'JOB_NOT_STARTED')
}

async function runBody({ request, version, signal }: Run): Promise<Record<string, unknown>> {
  return {
    jobId: request.jobId,
    programArgsList: request.programArgs,
    ...(request.entryClass !== undefined && { entryClass: request.entryClass }),
    ...(request.parallelism !== undefined && { parallelism: request.parallelism }),
    ...(request.restore && restoreFields(request.restore, await version(signal))),
  }
}

/** An ingress gives up (504) long before a slow `main()` does: the job may run although its answer is lost. */
async function lookFor({ http, request, signal }: Run, error: unknown): Promise<string> {
  if (!(error instanceof FlinkopsError) || error.code !== 'UNREACHABLE') throw error
  const { jobId } = request
  const state = await readJobState({ http, jobId, signal }).catch(() => null)
  if (state !== null && !TERMINAL.has(state)) return jobId
  const suggestions = [`It may have been started nevertheless: look for job ${jobId} before starting another.`, ...error.suggestions]
  throw new FlinkopsError(error.message, { code: error.code, exitCode: error.exitCode, suggestions })
}

/** Up to 2.2 `DuplicateJobSubmissionException`, on 2.3 `DuplicateApplicationSubmissionException`; 400 both. */
function isDuplicate(answer: Answer): boolean {
  return /Duplicate(?:Job|Application)SubmissionException|has already been submitted/.test(answer.errors.at(-1) ?? '')
}

/** The id was submitted before: ours if it lives, spent if it ended (Flink refuses an ended id until it restarts). */
async function adopt({ http, request, signal }: Run): Promise<string> {
  const { jobId } = request
  const state = await readJobState({ http, jobId, signal })
  if (state !== null && !TERMINAL.has(state)) return jobId
  const cause = state === 'FAILED' ? await readFailureCause({ http, jobId, signal }) : null
  throw new FlinkopsError(`Job ${jobId} was started before and is ${state ?? 'gone'}${cause === null ? '' : `: ${cause}`}`, {
    code: 'JOB_ID_SPENT',
    exitCode: EXIT.failedOnCluster,
    suggestions: ['Start again with a fresh job id.'],
  })
}
