import type { CheckpointConfig, CheckpointEntry, CheckpointStats, JobManager } from '../../src/lib/ports.js'
import { encodeMetadata } from '../unit/state/metadata/encoder.js'
import { keyGroups, operator, snapshot, subtask } from '../unit/state/metadata/samples.js'
import { entry, type FakeStorage, fakeJobManager, fakeStorage, JOB, uri } from './fake-ports.js'

export interface SimulatedJob {
  intervalMs?: number
  /** Time between checkpoints in truth; `intervalMs` when absent. */
  paceMs?: number
  minPauseMs?: number
  timeoutMs?: number
  /** How long a checkpoint takes; `null` = it never ends. */
  durationMs?: (id: number) => number | null
  /** Why a checkpoint fails; `null` = it does not. */
  failure?: (id: number) => string | null
  isSavepoint?: (id: number) => boolean
  /** When the job began, against the first look. */
  startedMs?: number
  state?: (ms: number) => string | null
  restored?: (ms: number) => number
  cause?: string
  /** The JobManager tells statistics that are up to so old. */
  cacheMs?: number
}

/** A job on a clock of its own: time goes on only while somebody waits. Of its checkpoints the newest lies in storage. */
export function simulateJob(job: SimulatedJob) {
  const { intervalMs = 10_000, cacheMs = 0, state = () => 'RUNNING', restored = () => 0 } = job
  const clock = { ms: 0 }
  const storage = fakeStorage()
  let cached: { ms: number; stats: CheckpointStats } | null = null
  const statistics = () => {
    if (cached === null || clock.ms - cached.ms >= cacheMs)
      cached = { ms: clock.ms, stats: statsOf(checkpointsAt(job, clock.ms), restored(clock.ms)) }
    return cached.stats
  }
  const jobManager: JobManager = fakeJobManager({
    jobState: async () => state(clock.ms),
    checkpoints: async () => statistics(),
    checkpointConfig: async () => configOf(job, intervalMs),
    failureCause: async () => job.cause ?? null,
  })
  const pause = async (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted()
    clock.ms += ms
    store(storage, statsOf(checkpointsAt(job, clock.ms), 0))
  }
  store(storage, statsOf(checkpointsAt(job, 0), 0))
  return { jobManager, storage, pause, now: () => clock.ms, clock }
}

function configOf({ minPauseMs = 0, timeoutMs = 600_000 }: SimulatedJob, intervalMs: number): CheckpointConfig {
  return {
    mode: 'exactly_once',
    intervalMs: intervalMs > 0 ? intervalMs : null,
    timeoutMs,
    minPauseMs,
    maxConcurrent: 1,
    externalized: { enabled: true, deleteOnCancellation: false },
    stateBackend: null,
    checkpointStorage: null,
    tolerableFailedCheckpoints: 100,
    changelogEnabled: null,
    changelogStorage: null,
  }
}

/** Triggered every interval, or when the one before is done and the pause is over; the one after a savepoint waits for it. */
function checkpointsAt(job: SimulatedJob, nowMs: number): CheckpointEntry[] {
  const { intervalMs = 10_000, paceMs = intervalMs, minPauseMs = 0, startedMs = -100_000 } = job
  const entries: CheckpointEntry[] = []
  for (let id = 1, at = startedMs + paceMs; at <= nowMs && paceMs > 0; id++) {
    const durationMs = job.durationMs ? job.durationMs(id) : 500
    const endMs = at + (durationMs ?? Number.POSITIVE_INFINITY)
    entries.push({ ...checkpoint(job, id, endMs > nowMs), triggeredAtMs: at, endToEndMs: durationMs })
    at = Math.max(at + paceMs, endMs + minPauseMs)
  }
  return entries
}

function checkpoint(job: SimulatedJob, id: number, isGoingOn: boolean): CheckpointEntry {
  const failure = job.failure?.(id) ?? null
  const isSavepoint = job.isSavepoint?.(id) ?? false
  if (isGoingOn) return entry({ id, isSavepoint, status: 'IN_PROGRESS', acknowledgedSubtasks: 3, externalPath: null })
  if (failure !== null) return entry({ id, isSavepoint, status: 'FAILED', failureMessage: failure, externalPath: null })
  return entry({ id, isSavepoint, externalPath: uri(`checkpoints/${JOB}/chk-${id}`) })
}

function statsOf(entries: CheckpointEntry[], restored: number): CheckpointStats {
  const newest = (status: string, isSavepoint = false) =>
    entries.filter((one) => one.status === status && one.isSavepoint === isSavepoint).at(-1) ?? null
  const count = (status: string) => entries.filter((one) => one.status === status).length
  return {
    counts: { restored, total: entries.length, inProgress: count('IN_PROGRESS'), completed: count('COMPLETED'), failed: count('FAILED') },
    latest: { completed: newest('COMPLETED'), savepoint: newest('COMPLETED', true), failed: newest('FAILED'), restored: null },
    history: entries.slice(-10).toReversed(),
  }
}

const FILE = '00000001-0000-4000-8000-000000000000'

/** What Flink keeps: the newest checkpoint, its files and nothing of older ones. */
function store({ blobs }: FakeStorage, { latest }: CheckpointStats): void {
  blobs.clear()
  if (latest.completed === null) return
  const directory = `checkpoints/${JOB}/chk-${latest.completed.id}`
  const state = subtask({ managedKeyed: keyGroups(3, { tag: 2, path: uri(`${directory}/${FILE}`), size: 200 }) })
  const bytes = encodeMetadata(snapshot({ checkpointId: latest.completed.id, operators: [operator({ subtasks: [{ index: 0, state }] })] }))
  blobs.set(`${directory}/_metadata`, { bytes })
  blobs.set(`${directory}/${FILE}`, { sizeBytes: 200 })
}
