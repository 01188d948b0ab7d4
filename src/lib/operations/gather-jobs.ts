import { EXIT, FlinkopsError } from '../errors.js'
import type { ArchivedJob, CheckpointStats, JobManager, JobOverview, Journal } from '../ports.js'
import type { JobEvidence, NamedSnapshot } from '../state/jobs.js'
import { checkpointsUnlessInitializing, isInitializing } from './checkpoints-of.js'
import { mapConcurrently } from './concurrently.js'

export interface Gathered {
  evidence: JobEvidence[]
  /** Listed JobManagers that answered, and those that did not with why. */
  answered: string[]
  silent: { url: string; problem: string }[]
}

export interface GatherInput {
  jobManagers: JobManager[]
  journal: Journal
  /** Reads the history directory's archives; `null` when none is configured. */
  history: { where: string; jobs: () => Promise<ArchivedJob[]> } | null
  signal: AbortSignal
}

/** Collects what clusters, the history directory and our own journal say about jobs. Names met on the way are remembered. */
export async function gatherJobs(input: GatherInput): Promise<Gathered> {
  const gathered: Gathered = { evidence: [], answered: [], silent: [] }
  for (const jobManager of input.jobManagers) {
    try {
      gathered.evidence.push(...(await askCluster(jobManager, input.signal)))
      gathered.answered.push(jobManager.url)
    } catch (error) {
      if (!(error instanceof FlinkopsError) || error.exitCode === EXIT.interrupted) throw error
      gathered.silent.push({ url: jobManager.url, problem: error.message })
    }
  }
  for (const one of gathered.evidence) if (one.name) await input.journal.rememberName(one.jobId, one.name)
  for (const { jobId, restoredFrom } of gathered.evidence) {
    // An in-job failover restores a checkpoint of the job's own, which tells nothing of its ancestors.
    if (restoredFrom && !restoredFrom.includes(`/${jobId}/`)) await input.journal.rememberRestore(jobId, restoredFrom)
  }
  if (input.history !== null) {
    const { where } = input.history
    gathered.evidence.push(...(await input.history.jobs()).map((job) => archivedEvidence(job, where)))
  }
  gathered.evidence.push(...(await journalEvidence(input.journal)))
  return gathered
}

async function askCluster(jobManager: JobManager, signal: AbortSignal): Promise<JobEvidence[]> {
  const jobs = await jobManager.jobs(signal)
  return mapConcurrently(jobs, 8, async (job) => {
    const stats = await checkpointsUnlessInitializing(jobManager, job.jobId, signal)
    const config = isEnded(job) ? null : await jobManager.checkpointConfig(job.jobId, signal).catch(ignoreInitializing)
    return {
      jobId: job.jobId,
      source: 'cluster' as const,
      where: jobManager.url,
      name: job.name,
      state: job.state,
      endedAtMs: job.endedAtMs,
      neverRan: job.state === 'FAILED' && job.tasks['total'] === 0,
      restoredFrom: stats?.latest.restored?.externalPath ?? null,
      named: namedBy(stats),
      latestCompleted: latestCompleted(stats),
      inProgressIds: stats?.history.filter((entry) => entry.status === 'IN_PROGRESS').map((entry) => entry.id) ?? [],
      checkpointTimeoutMs: config?.timeoutMs ?? null,
      longestCheckpointMs: longest(stats),
      changelog: config?.changelogEnabled ?? null,
      stateBackend: config?.stateBackend ?? null,
    }
  })
}

/** A job that is still initializing answers 500 here; its state word says so, and the restore guard reads that. */
function ignoreInitializing(error: unknown): null {
  if (isInitializing(error)) return null
  throw error
}

function isEnded(job: JobOverview): boolean {
  return job.endedAtMs !== null
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

function archivedEvidence(job: ArchivedJob, where: string): JobEvidence {
  const named: NamedSnapshot[] = []
  if (job.lastSavepointPath) named.push({ path: job.lastSavepointPath, as: 'savepoint' })
  return {
    jobId: job.jobId,
    source: 'history',
    where,
    name: job.name,
    state: job.state,
    endedAtMs: job.endedAtMs,
    neverRan: job.tasksTotal === 0,
    restoredFrom: job.restoredFrom,
    named,
    checkpointTimeoutMs: job.checkpointTimeoutMs,
    changelog: job.changelogEnabled,
  }
}

async function journalEvidence(journal: Journal): Promise<JobEvidence[]> {
  const names = [...(await journal.names())].map(([jobId, name]): JobEvidence => ({ jobId, source: 'journal', where: 'the journal', name }))
  const restores = [...(await journal.restores())].map(
    ([jobId, path]): JobEvidence => ({ jobId, source: 'journal', where: 'the journal', restoredFrom: path }),
  )
  return [...names, ...restores]
}
