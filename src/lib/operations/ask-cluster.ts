import { EXIT, FlinkopsError } from '../errors.js'
import type { CheckpointConfig, CheckpointStats, JobManager, JobOverview } from '../ports.js'
import type { JobEvidence, NamedSnapshot } from '../state/evidence.js'
import { checkpointsUnlessInitializing, isInitializing } from './checkpoints-of.js'
import { mapConcurrently } from './concurrently.js'
import { leftByCluster } from './left-checkpoint.js'

/** What one cluster says. */
export interface ClusterWord {
  evidence: JobEvidence[]
  /** Whether its configuration says that high availability is off; `null` = it did not tell. */
  isHaOff: boolean | null
  /** How far its clock is ahead of this machine's, by how long its jobs run; `null` = it tells no time. */
  aheadMs: number | null
}

/**
 * Asks one JobManager for all its jobs. An end can be proven by its silence, so it must be a JobManager: `/overview` with a Flink version is
 * what a HistoryServer, a login page and an empty proxy do not have.
 */
export async function askCluster(jobManager: JobManager, now: (() => number) | undefined, signal: AbortSignal): Promise<ClusterWord> {
  await checkJobManager(jobManager, signal)
  const jobs = await jobManager.jobs(signal)
  const aheadMs = now === undefined ? null : aheadOf(jobs, now())
  const evidence = await mapConcurrently(jobs, 8, (job) => evidenceOf(job, jobManager, signal))
  const isHaOff = jobs.some((job) => job.endedAtMs === null) ? await askHaOff(jobManager, signal) : null
  return { evidence, isHaOff, aheadMs }
}

async function checkJobManager(jobManager: JobManager, signal: AbortSignal): Promise<void> {
  try {
    await jobManager.version(signal)
  } catch (error) {
    if (!(error instanceof FlinkopsError) || error.exitCode === EXIT.interrupted || error.exitCode === EXIT.unreachable) throw error
    throw new FlinkopsError(`What answers at ${jobManager.url} is no JobManager: ${error.message}`, {
      code: 'NO_JOBMANAGER',
      exitCode: error.exitCode,
      suggestions: ['Name the JobManager itself under jobManagers, not a HistoryServer and not a page to log in.'],
    })
  }
}

/** A running job tells since when and for how long: the JobManager's clock. An end that is still to come tells that it is ahead. */
function aheadOf(jobs: JobOverview[], nowMs: number): number | null {
  const running = jobs.filter((job) => job.state === 'RUNNING' && job.startedAtMs > 0 && job.durationMs > 0)
  const told = running.map((job) => job.startedAtMs + job.durationMs - nowMs)
  const future = jobs.flatMap((job) => (job.endedAtMs !== null && job.endedAtMs > nowMs ? [job.endedAtMs - nowMs] : []))
  const all = [...told, ...future]
  return all.length === 0 ? null : Math.max(...all)
}

/** Without high availability a job does not survive its JobManager. `null` = it will not tell; a JobManager that is gone meanwhile is an error. */
async function askHaOff(jobManager: JobManager, signal: AbortSignal): Promise<boolean | null> {
  try {
    const configuration = await jobManager.configuration(signal)
    const type = configuration.get('high-availability.type') ?? configuration.get('high-availability') ?? ''
    return ['', 'none'].includes(type.trim().toLowerCase())
  } catch (error) {
    if (!(error instanceof FlinkopsError) || error.exitCode === EXIT.interrupted || error.exitCode === EXIT.unreachable) throw error
    return null
  }
}

async function evidenceOf(job: JobOverview, jobManager: JobManager, signal: AbortSignal): Promise<JobEvidence> {
  const stats = await checkpointsUnlessInitializing(jobManager, job.jobId, signal)
  const config = isDecidedByConfig(job, stats) ? await jobManager.checkpointConfig(job.jobId, signal).catch(ignoreInitializing) : null
  const startedAtMs = toldTime(job.startedAtMs)
  return {
    jobId: job.jobId,
    source: 'cluster' as const,
    where: jobManager.url,
    name: job.name,
    state: job.state,
    startedAtMs,
    endedAtMs: job.endedAtMs,
    neverRan: job.state === 'FAILED' && job.tasks['total'] === 0,
    restoredFrom: stats?.latest.restored?.externalPath ?? null,
    restores: seenRestore(stats?.latest.restored ?? null, startedAtMs),
    named: namedBy(stats),
    emptyStarts: beganEmpty(job, stats) ? [startedAtMs] : [],
    savepoints: stats?.latest.savepoint?.externalPath ? [stats.latest.savepoint.externalPath] : [],
    latestCompleted: latestCompleted(stats),
    inProgressIds: stats?.history.filter((entry) => entry.status === 'IN_PROGRESS').map((entry) => entry.id) ?? [],
    checkpointTimeoutMs: config?.timeoutMs ?? null,
    longestCheckpointMs: longest(stats),
    changelog: config?.changelogEnabled ?? null,
    stateBackend: config?.stateBackend ?? null,
    retainsCheckpoints: retains(config?.externalized ?? null),
    left: leftByCluster(job, stats),
  }
}

/**
 * Nothing was restored although it runs, or it made checkpoint 1: whoever is restored goes on above the id that it was restored from. A failover
 * restores what is the job's own; what is not told is no empty start.
 */
function beganEmpty({ jobId, state }: Pick<JobOverview, 'jobId' | 'state'>, stats: CheckpointStats | null): boolean {
  if (stats === null) return false
  const { restored } = stats.latest
  if (restored === null) return state === 'RUNNING' && stats.counts.restored === 0
  return restored.externalPath?.includes(`/${jobId}/`) === true && stats.history.some((entry) => entry.id === 1)
}

/** A job that is still initializing answers 500 here; its state word says so, and the restore guard reads that. */
function ignoreInitializing(error: unknown): null {
  if (isInitializing(error)) return null
  throw error
}

/** Of an ended job the configuration only says whether its checkpoints were retained: not asked where it has none, or Flink deleted them. */
function isDecidedByConfig(job: JobOverview, stats: CheckpointStats | null): boolean {
  return job.endedAtMs === null || (job.state !== 'FINISHED' && (stats?.latest.completed ?? null) !== null)
}

/** Whether Flink leaves the checkpoints of a job that was cancelled or failed. */
export function retains(externalized: CheckpointConfig['externalized'] | null): boolean | null {
  return externalized === null ? null : externalized.enabled && !externalized.deleteOnCancellation
}

/** A time that is missing on the wire is 0. */
export function toldTime(timeMs: number): number | null {
  return timeMs > 0 ? timeMs : null
}

export function seenRestore(restored: { externalPath: string | null; id: number } | null, executionStartedAtMs: number | null) {
  if (!restored?.externalPath) return []
  return [{ path: restored.externalPath, checkpointId: restored.id < 0 ? null : restored.id, executionStartedAtMs }]
}

function namedBy(stats: CheckpointStats | null): NamedSnapshot[] {
  if (stats === null) return []
  const named: NamedSnapshot[] = []
  const add = (path: string | null | undefined, as: NamedSnapshot['as']) => {
    if (path) named.push({ path, as })
  }
  add(stats.latest.restored?.externalPath, 'restored')
  add(stats.latest.completed?.externalPath, 'completed')
  add(stats.latest.savepoint?.externalPath, 'savepoint')
  for (const entry of stats.history)
    if (entry.status === 'COMPLETED' && entry.discarded === false) add(entry.externalPath, entry.isSavepoint ? 'savepoint' : 'retained')
  return named
}

function latestCompleted(stats: CheckpointStats | null): { path: string; completedAtMs: number } | null {
  const latest = stats?.latest.completed
  if (!latest?.externalPath) return null
  return { path: latest.externalPath, completedAtMs: latest.latestAckAtMs ?? latest.triggeredAtMs }
}

function longest(stats: CheckpointStats | null): number | null {
  const durations = stats?.history.flatMap((entry) => entry.endToEndMs ?? []) ?? []
  return durations.length === 0 ? null : Math.max(...durations)
}
