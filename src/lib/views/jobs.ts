import type { Cell, Table } from '../cli/table.js'
import type { ListedJob } from '../operations/list-jobs.js'
import { duration, isoTime, shortId } from './format.js'

const COLUMNS: Table['columns'] = [
  { title: 'JOB' },
  { title: 'NAME', elastic: true },
  { title: 'STATE' },
  { title: 'UP', align: 'right', fromWidth: 60 },
  { title: 'LAST CHECKPOINT', align: 'right' },
  { title: 'DONE', align: 'right', fromWidth: 76 },
  { title: 'FAILED', align: 'right', fromWidth: 76 },
]

/** `list-jobs` for a person and for a pipe. */
export function jobsTable(jobs: ListedJob[], nowMs: number): Table {
  return {
    columns: COLUMNS,
    rows: jobs.map((job) => row(job, nowMs)),
    ids: jobs.map((job) => job.jobId),
    empty: 'No jobs on this cluster.',
  }
}

function row(job: ListedJob, nowMs: number): Cell[] {
  const at = job.lastCheckpointAtMs
  return [
    { text: shortId(job.jobId), raw: job.jobId },
    { text: job.name, raw: job.name, tone: 'strong' },
    { text: job.state, raw: job.state, ...toneOf(job.state) },
    { text: duration(job.durationMs), raw: String(job.durationMs) },
    { text: at === null ? '-' : `${duration(nowMs - at)} ago`, raw: at === null ? '' : isoTime(at) },
    count(job.completedCheckpoints),
    count(job.failedCheckpoints),
  ]
}

function count(value: number | null): Cell {
  return { text: value === null ? '-' : String(value), raw: value === null ? '' : String(value) }
}

function toneOf(state: string): Pick<Cell, 'tone'> {
  if (state === 'RUNNING') return { tone: 'good' }
  if (state === 'FAILED' || state === 'FAILING') return { tone: 'bad' }
  return state === 'RESTARTING' ? { tone: 'careful' } : {}
}

/** The JSON of `list-jobs`. */
export function jobsJson(jobs: ListedJob[]): object {
  return {
    jobs: jobs.map(({ startedAtMs, lastCheckpointAtMs, jobId, name, state, ...rest }) => ({
      jobId,
      name,
      state,
      startedAt: isoTime(startedAtMs),
      lastCheckpointAt: lastCheckpointAtMs === null ? null : isoTime(lastCheckpointAtMs),
      ...rest,
    })),
  }
}
