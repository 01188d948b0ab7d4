import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, Routes } from './fake-jobmanager.js'

export const SALES = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
export const ENRICH = 'a1b2ffffffffffffffffffffffffffff'

export interface FakeJob {
  jobId: string
  name: string
  state?: string
  startedAtMs?: number
  /** Of a running job it tells the cluster's clock: absent = the true one. */
  durationMs?: number
  /** Paths of completed checkpoints, oldest first. */
  completed?: string[]
  restoredFrom?: string
}

export interface FakeClusterOptions {
  jobs?: FakeJob[]
  version?: string
  /** What `/jobmanager/config` says. */
  configuration?: Record<string, string>
}

const STARTED_AT_MS = Date.UTC(2026, 10, 22, 12)

/** Two jobs whose ids begin alike, as a person would meet them. */
const TWO_JOBS: FakeJob[] = [
  { jobId: SALES, name: 'sales_pipeline', durationMs: 60_000 },
  { jobId: ENRICH, name: 'orders_enrich', durationMs: 60_000 },
]

/** The routes of a cluster with these jobs, each answer in Flink's own shape. */
export function cluster({ jobs = TWO_JOBS, version = '2.3.0', configuration = {} }: FakeClusterOptions = {}): Routes {
  const entries = Object.entries(configuration).map(([key, value]) => ({ key, value }))
  const routes: Routes = {
    'GET /v1/overview': { body: { 'flink-version': version, 'flink-commit': 'c0f8d1a', taskmanagers: 1 } },
    'GET /v1/config': { body: { 'refresh-interval': 10, 'flink-version': version } },
    'GET /v1/jobmanager/config': { body: entries },
    'GET /v1/jobs/overview': { body: { jobs: jobs.map(overview) } },
    ...unknownJob(),
  }
  for (const job of jobs) Object.assign(routes, jobRoutes(job))
  return routes
}

/** What the JobManager answers for a job that it does not know. */
function unknownJob(): Routes {
  return {
    'GET /v1/jobs/*': recorded('unknown-job'),
    'GET /v1/jobs/*/status': recorded('status-of-unknown-job'),
    'GET /v1/jobs/*/checkpoints': recorded('unknown-job'),
    'GET /v1/jobs/*/checkpoints/config': recorded('unknown-job'),
  }
}

/** An answer of a real cluster, 2.3.0, its stack shortened. */
export function recorded(name: 'sql-syntax-error' | 'status-of-unknown-job' | 'unknown-job'): Exclude<Answer, 'drop'> {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'recorded', `${name}.json`), 'utf8'))
}

function overview({ jobId, name, state = 'RUNNING', startedAtMs = STARTED_AT_MS, durationMs }: FakeJob): object {
  const hasEnded = ['FINISHED', 'CANCELED', 'FAILED'].includes(state)
  return {
    jid: jobId,
    name,
    state,
    'start-time': startedAtMs,
    'end-time': hasEnded ? startedAtMs + 60_000 : -1,
    duration: durationMs ?? (hasEnded ? 60_000 : Date.now() - startedAtMs),
    'last-modification': startedAtMs,
    tasks: { running: hasEnded ? 0 : 4, total: 4 },
  }
}

function jobRoutes(job: FakeJob): Routes {
  const { jobId, name, state = 'RUNNING', startedAtMs = STARTED_AT_MS } = job
  const at = `GET /v1/jobs/${jobId}`
  return {
    [at]: { body: { jid: jobId, name, state, 'start-time': startedAtMs, 'end-time': -1, vertices: [] } },
    [`${at}/status`]: { body: { status: state } },
    [`${at}/exceptions`]: { body: { exceptionHistory: { entries: [] } } },
    [`${at}/checkpoints`]: { body: statistics(job) },
    [`${at}/checkpoints/config`]: { body: { mode: 'exactly_once', interval: 10_000, timeout: 600_000, min_pause: 0, max_concurrent: 1 } },
  }
}

function statistics({ completed = [], restoredFrom, startedAtMs = STARTED_AT_MS }: FakeJob): object {
  const entries = completed.map((path, at) => ({
    className: 'completed',
    id: Number(/chk-(\d+)$/.exec(path)?.[1] ?? at + 1),
    status: 'COMPLETED',
    is_savepoint: false,
    checkpoint_type: 'CHECKPOINT',
    trigger_timestamp: startedAtMs + at * 10_000,
    latest_ack_timestamp: startedAtMs + at * 10_000 + 500,
    num_subtasks: 4,
    num_acknowledged_subtasks: 4,
    external_path: path,
    discarded: false,
  }))
  const restored =
    restoredFrom === undefined
      ? null
      : { id: Number(/chk-(\d+)$/.exec(restoredFrom)?.[1] ?? 1), restore_timestamp: startedAtMs, external_path: restoredFrom }
  return {
    counts: { restored: restored === null ? 0 : 1, total: entries.length, in_progress: 0, completed: entries.length, failed: 0 },
    latest: { completed: entries.at(-1) ?? null, savepoint: null, failed: null, restored },
    history: entries.toReversed(),
  }
}

/** A savepoint or stop that is accepted and never ends; counts what was posted. */
export function endlessOperation(jobId: string): Routes {
  const accept = ({ body }: { body: string }): Answer => ({ status: 202, body: { 'request-id': JSON.parse(body).triggerId } })
  return {
    [`POST /v1/jobs/${jobId}/savepoints`]: accept,
    [`POST /v1/jobs/${jobId}/stop`]: accept,
    [`GET /v1/jobs/${jobId}/savepoints/*`]: { body: { status: { id: 'IN_PROGRESS' }, operation: null } },
  }
}

/** A savepoint or stop that is completed at `path`. */
export function completedOperation(jobId: string, path: string): Routes {
  return {
    ...endlessOperation(jobId),
    [`GET /v1/jobs/${jobId}/savepoints/*`]: { body: { status: { id: 'COMPLETED' }, operation: { location: path } } },
  }
}

/** A savepoint or stop that Flink says failed, with this stack. */
export function failedOperation(jobId: string, stack: string): Routes {
  const cause = { class: 'java.util.concurrent.CompletionException', 'stack-trace': stack }
  return {
    ...endlessOperation(jobId),
    [`GET /v1/jobs/${jobId}/savepoints/*`]: { body: { status: { id: 'COMPLETED' }, operation: { 'failure-cause': cause } } },
  }
}

/** A SQL Gateway of which every statement ends as `result` says. */
export function gateway(result: (statement: string) => Answer): Routes {
  const statements: string[] = []
  return {
    'GET /api_versions': { body: { versions: ['V1', 'V2', 'V3', 'V4'] } },
    'POST /v4/sessions': { body: { sessionHandle: '862be24b-edfa-40cd-a9fe-eb1388137f3d' } },
    'DELETE /v4/sessions/*': { body: { status: 'CLOSED' } },
    'POST /v4/sessions/*/statements': ({ body }) => {
      statements.push(JSON.parse(body).statement)
      return { body: { operationHandle: String(statements.length - 1) } }
    },
    'GET /v4/sessions/*/operations/*/result/*': ({ path }) => result(statements[Number(path.split('/')[5])] ?? ''),
  }
}

/** The result of a statement that answers nothing, or starts the job. */
export function statementDone(jobId?: string): Answer {
  return { body: { resultType: 'EOS', isQueryResult: false, ...(jobId !== undefined && { jobID: jobId }) } }
}

/** The routes of a recorded tree: what its `rest/` folder holds; where that says 404, the JobManager's own words. */
export function treeRoutes(treeDir: string): Routes {
  const answers = (name: string): Answer | null => {
    const file = join(treeDir, 'rest', `${name}.json`)
    if (!existsSync(file)) return null
    const body = JSON.parse(readFileSync(file, 'utf8'))
    return 'error' in body ? null : { body }
  }
  const routes: Routes = { ...cluster({ jobs: [] }) }
  const add = (path: string, name: string) => {
    const answer = answers(name)
    if (answer !== null) routes[`GET /v1/${path}`] = answer
  }
  add('overview', 'overview')
  add('jobs/overview', 'jobs-overview')
  const { jobs } = JSON.parse(readFileSync(join(treeDir, 'rest', 'jobs-overview.json'), 'utf8')) as { jobs: { jid: string }[] }
  for (const { jid } of jobs) {
    add(`jobs/${jid}`, `jobs-${jid}`)
    add(`jobs/${jid}/checkpoints`, `jobs-${jid}-checkpoints`)
    add(`jobs/${jid}/checkpoints/config`, `jobs-${jid}-checkpoints-config`)
  }
  return routes
}
