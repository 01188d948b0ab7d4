import type { JobManager, JobOverview, Journal } from '../ports.js'
import { checkpointsUnlessInitializing } from './checkpoints-of.js'
import { mapConcurrently } from './concurrently.js'

export interface ListedJob {
  jobId: string
  name: string
  state: string
  startedAtMs: number
  durationMs: number
  lastCheckpointAtMs: number | null
  lastCheckpointPath: string | null
  completedCheckpoints: number | null
  failedCheckpoints: number | null
}

/** Jobs of the cluster, running ones first, then newest first; each with its last completed checkpoint. Remembers every name. */
export async function listJobs(input: { jobManager: JobManager; journal: Journal; signal: AbortSignal }): Promise<ListedJob[]> {
  const jobs = await input.jobManager.jobs(input.signal)
  const listed = await mapConcurrently(jobs, 8, (job) => withCheckpoint(job, input.jobManager, input.signal))
  for (const job of jobs) await input.journal.rememberName(job.jobId, job.name)
  return listed.toSorted((a, b) => rank(a) - rank(b) || b.startedAtMs - a.startedAtMs)
}

async function withCheckpoint(job: JobOverview, jobManager: JobManager, signal: AbortSignal): Promise<ListedJob> {
  const stats = await checkpointsUnlessInitializing(jobManager, job.jobId, signal)
  const latest = stats?.latest.completed ?? null
  return {
    jobId: job.jobId,
    name: job.name,
    state: job.state,
    startedAtMs: job.startedAtMs,
    durationMs: job.durationMs,
    lastCheckpointAtMs: latest?.latestAckAtMs ?? null,
    lastCheckpointPath: latest?.externalPath ?? null,
    completedCheckpoints: stats?.counts.completed ?? null,
    failedCheckpoints: stats?.counts.failed ?? null,
  }
}

function rank(job: ListedJob): number {
  return ['FINISHED', 'CANCELED', 'FAILED'].includes(job.state) ? 1 : 0
}
