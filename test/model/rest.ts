import type {
  CheckpointConfig,
  CheckpointEntry,
  CheckpointStats,
  JobDetails,
  JobManager,
  JobOverview,
  OperationStatus,
} from '../../src/lib/ports.js'
import type { Cluster } from './cluster.js'
import type { SimJob } from './job.js'
import type { World } from './world.js'

/** What a JobManager's client throws; made by the driver, which knows the tool's own errors. */
export interface RestErrors {
  unreachable(url: string): Error
  initializing(jobId: string): Error
}

const FORGETS_AFTER_MS = 3_600_000
const CACHED_MS = 5_000

/** The REST API of a simulated cluster. Job states are current; checkpoint statistics lag by seconds (4.8). */
export class SimRest implements JobManager {
  readonly url: string
  readonly #world: World
  readonly #cluster: Cluster
  readonly #errors: RestErrors
  readonly #pause: () => Promise<void>

  constructor(world: World, cluster: Cluster, errors: RestErrors, pause: () => Promise<void>) {
    this.url = cluster.url
    this.#world = world
    this.#cluster = cluster
    this.#errors = errors
    this.#pause = pause
  }

  async jobs(): Promise<JobOverview[]> {
    await this.#reach()
    return [...this.#known()].map(overview)
  }

  async job(jobId: string): Promise<JobDetails | null> {
    await this.#reach()
    const job = this.#find(jobId)
    if (job === null) return null
    const { name, state, startedAtMs, endedAtMs } = overview(job)
    return { jobId, name, state, startedAtMs, endedAtMs, vertices: [] }
  }

  async jobState(jobId: string): Promise<string | null> {
    return (await this.job(jobId))?.state ?? null
  }

  async checkpoints(jobId: string): Promise<CheckpointStats | null> {
    await this.#reach()
    const job = this.#find(jobId)
    if (job === null) return null
    if (job.state === 'INITIALIZING') throw this.#errors.initializing(jobId)
    return statistics(this.#cached(job))
  }

  async checkpointConfig(jobId: string): Promise<CheckpointConfig | null> {
    await this.#reach()
    const job = this.#find(jobId)
    if (job === null) return null
    if (job.state === 'INITIALIZING') throw this.#errors.initializing(jobId)
    return configuration(job)
  }

  async failureCause(): Promise<string | null> {
    await this.#reach()
    return null
  }

  async configuration(): Promise<Map<string, string>> {
    await this.#reach()
    return new Map()
  }

  async version(): Promise<string> {
    await this.#reach()
    return '2.3.0'
  }

  triggerSavepoint = notModelled
  triggerStop = notModelled
  cancel = notModelled
  records = notModelled
  ensureJar = notModelled
  runJar = notModelled
  operation = (): Promise<OperationStatus> => notModelled()

  async #reach(): Promise<void> {
    await this.#pause()
    if (!this.#cluster.isUp) throw this.#errors.unreachable(this.url)
  }

  *#known(): Generator<SimJob> {
    for (const [jobId, job] of this.#cluster.jobs) {
      if (job.endedAtMs !== null && this.#world.nowMs - job.endedAtMs > FORGETS_AFTER_MS) this.#cluster.jobs.delete(jobId)
      else yield job
    }
  }

  #find(jobId: string): SimJob | null {
    for (const job of this.#known()) if (job.settings.jobId === jobId) return job
    return null
  }

  #cached(job: SimJob): NonNullable<SimJob['restCache']> {
    const cached = job.restCache
    if (cached !== null && this.#world.nowMs - cached.atMs < CACHED_MS) return cached
    const fresh = { atMs: this.#world.nowMs, history: job.history.map((entry) => ({ ...entry })), restored: job.restoredForRest }
    job.restCache = fresh
    return fresh
  }
}

function notModelled(): Promise<never> {
  return Promise.reject(new Error('the model does not drive clusters through REST'))
}

function overview(job: SimJob): JobOverview {
  const { jobId, name, parallelism } = job.settings
  return {
    jobId,
    name,
    state: job.state,
    startedAtMs: job.startedAtMs,
    endedAtMs: job.endedAtMs,
    durationMs: 0,
    tasks: { total: job.hasRun ? parallelism : 0 },
  }
}

function statistics({ history, restored }: NonNullable<SimJob['restCache']>): CheckpointStats {
  const count = (status: string) => history.filter((entry) => entry.status === status).length
  const first = (isWanted: (entry: CheckpointEntry) => boolean) => history.find(isWanted) ?? null
  return {
    counts: {
      restored: restored === null ? 0 : 1,
      total: history.length,
      inProgress: count('IN_PROGRESS'),
      completed: count('COMPLETED'),
      failed: count('FAILED'),
    },
    latest: {
      completed: first((entry) => entry.status === 'COMPLETED' && !entry.isSavepoint),
      savepoint: first((entry) => entry.status === 'COMPLETED' && entry.isSavepoint),
      failed: first((entry) => entry.status === 'FAILED'),
      restored: restored && { id: restored.id, restoredAtMs: restored.atMs, externalPath: restored.path, isSavepoint: false },
    },
    history,
  }
}

function configuration(job: SimJob): CheckpointConfig {
  const { backend, timeoutMs, deletesOnCancel } = job.settings
  return {
    mode: 'exactly_once',
    intervalMs: 60_000,
    timeoutMs,
    minPauseMs: 0,
    maxConcurrent: 1,
    externalized: { enabled: true, deleteOnCancellation: deletesOnCancel },
    stateBackend: backend === 'full' ? 'HashMapStateBackend' : backend === 'forst' ? 'ForStStateBackend' : 'EmbeddedRocksDBStateBackend',
    checkpointStorage: 'FileSystemCheckpointStorage',
    tolerableFailedCheckpoints: 0,
    changelogEnabled: backend === 'changelog',
    changelogStorage: backend === 'changelog' ? 'filesystem' : null,
  }
}
