import type { CheckpointConfig, CheckpointStats, JobDetails, JobManager, JobOverview } from '../ports.js'
import type { ManifestConfiguration, ManifestSpec } from '../state/manifest.js'
import type { CheckpointHealth, StopCandidate } from '../state/objections.js'
import { checkpointsUnlessInitializing, isInitializing } from './checkpoints-of.js'
import { mapConcurrently } from './concurrently.js'

/** How a job of this name is brought back, or why nobody knows. */
export type WayBack = { known: true; words: string; spec: ManifestSpec } | { known: false; problem: string }

/** A job that is to be stopped: what objections go by, and what the manifest keeps of it. */
export interface SurveyedJob extends StopCandidate {
  wayBack: WayBack
  configuration: ManifestConfiguration
}

export interface SurveyStopInput {
  jobs: JobOverview[]
  wayBack: (name: string) => Promise<WayBack>
  jobManager: JobManager
  signal: AbortSignal
}

/** Asks the cluster about each job that is to be stopped. In the order in which they were started, which is that of the manifest. */
export async function surveyStop(input: SurveyStopInput): Promise<SurveyedJob[]> {
  const jobs = input.jobs.toSorted((a, b) => a.startedAtMs - b.startedAtMs || (a.jobId < b.jobId ? -1 : 1))
  return mapConcurrently(jobs, 4, (job) => survey(job, input))
}

async function survey(job: JobOverview, { jobManager, wayBack, signal }: SurveyStopInput): Promise<SurveyedJob> {
  const stats = await checkpointsUnlessInitializing(jobManager, job.jobId, signal)
  const config = await unlessInitializing(() => jobManager.checkpointConfig(job.jobId, signal))
  const details = await jobManager.job(job.jobId, signal)
  const { jobId, name, state, tasks } = job
  return {
    jobId,
    name,
    state,
    tasks,
    wayBack: await wayBack(name),
    isBatch: config === null,
    hasFinishedTasks: (tasks['finished'] ?? 0) > 0,
    checkpoints: healthOf(stats),
    configuration: configurationOf(job, stats, config === 'initializing' ? null : config, details),
  }
}

async function unlessInitializing<T>(ask: () => Promise<T>): Promise<T | 'initializing'> {
  try {
    return await ask()
  } catch (error) {
    if (isInitializing(error)) return 'initializing'
    throw error
  }
}

function healthOf(stats: CheckpointStats | null): CheckpointHealth {
  const ended = (stats?.history ?? []).filter((entry) => !entry.isSavepoint && entry.status !== 'IN_PROGRESS')
  const sinceCompleted = ended.findIndex((entry) => entry.status === 'COMPLETED')
  const failed = sinceCompleted < 0 ? ended : ended.slice(0, sinceCompleted)
  return {
    lastCompletedAtMs: stats?.latest.completed?.latestAckAtMs ?? null,
    failedInARow: failed.length,
    lastFailure: failed[0]?.failureMessage ?? null,
  }
}

function configurationOf(
  job: JobOverview,
  stats: CheckpointStats | null,
  config: CheckpointConfig | null,
  details: JobDetails | null,
): ManifestConfiguration {
  const lastCheckpoint = stats?.latest.completed?.externalPath ?? null
  return {
    checkpointDirectory: lastCheckpoint?.split(`/${job.jobId}/`)[0] ?? null,
    startedAt: new Date(job.startedAtMs).toISOString(),
    parallelism: details === null || details.vertices.length === 0 ? null : Math.max(...details.vertices.map((one) => one.parallelism)),
    stateBackend: config?.stateBackend ?? null,
    checkpointIntervalMs: config?.intervalMs ?? null,
    lastCheckpoint,
    restoredFrom: stats?.latest.restored?.externalPath ?? null,
  }
}
