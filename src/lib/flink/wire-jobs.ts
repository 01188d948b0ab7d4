import type { JobDetails, JobOverview } from '../ports.js'
import { type Fields, fieldsOf, listOf, measureOf, numberOf, requireFields, requireId, requireList, requireText, textOf } from './wire.js'

/** `GET /jobs/overview`. Up to 2.0.0 not sorted: newest start first here. */
export function parseJobsOverview(body: unknown): JobOverview[] {
  const jobs = requireList(requireFields(body, 'jobs'), 'jobs', 'the list of jobs').map(parseOverview)
  return jobs.sort((a, b) => b.startedAtMs - a.startedAtMs || (a.jobId < b.jobId ? -1 : 1))
}

function parseOverview(job: Fields): JobOverview {
  return {
    jobId: requireId(job, 'jid', 'a job'),
    name: textOf(job, 'name') ?? '',
    state: requireText(job, 'state', 'a job'),
    startedAtMs: measureOf(job, 'start-time') ?? 0,
    endedAtMs: measureOf(job, 'end-time'),
    durationMs: measureOf(job, 'duration') ?? 0,
    tasks: parseTasks(fieldsOf(job, 'tasks')),
  }
}

function parseTasks(tasks: Fields): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const state of Object.keys(tasks)) counts[state.toLowerCase()] = numberOf(tasks, state) ?? 0
  return counts
}

/** `GET /jobs/:jobid`. */
export function parseJob(body: unknown): JobDetails {
  const job = requireFields(body, 'a job')
  return {
    jobId: requireId(job, 'jid', 'a job'),
    name: textOf(job, 'name') ?? '',
    state: requireText(job, 'state', 'a job'),
    startedAtMs: measureOf(job, 'start-time') ?? 0,
    endedAtMs: measureOf(job, 'end-time'),
    vertices: listOf(job, 'vertices').map((vertex) => ({
      id: requireId(vertex, 'id', 'a vertex'),
      name: textOf(vertex, 'name') ?? '',
      parallelism: numberOf(vertex, 'parallelism') ?? 0,
      status: textOf(vertex, 'status') ?? '',
    })),
  }
}

/** `GET /jobs/:jobid/status`. */
export function parseJobState(body: unknown): string {
  return requireText(requireFields(body, 'a job status'), 'status', 'a job status')
}

/**
 * `GET /jobs/:jobid/exceptions`: stack of the newest failure. 2.0 dropped the top-level `root-exception`; `exceptionHistory` is in
 * every version.
 */
export function parseNewestFailure(body: unknown): string | null {
  const answer = requireFields(body, 'exceptions')
  const newest = listOf(fieldsOf(answer, 'exceptionHistory'), 'entries').toSorted((a, b) => timeOf(b) - timeOf(a))[0]
  const stack = newest === undefined ? null : (textOf(newest, 'stacktrace') ?? textOf(newest, 'exceptionName'))
  return stack ?? textOf(answer, 'root-exception')
}

function timeOf(entry: Fields): number {
  return numberOf(entry, 'timestamp') ?? 0
}
