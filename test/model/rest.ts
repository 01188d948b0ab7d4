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
import type { Told } from './told.js'
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
  readonly #told: Told

  constructor(world: World, cluster: Cluster, errors: RestErrors, pause: () => Promise<void>, told: Told) {
    this.url = cluster.url
    this.#world = world
    this.#cluster = cluster
    this.#errors = errors
    this.#pause = pause
    this.#told = told
  }

  async jobs(): Promise<JobOverview[]> {
    await this.#reach()
    const jobs = [...this.#known()]
    for (const job of jobs) tellOverview(this.#told, job)
    return jobs.map((job) => (this.#isWhole() ? overview(job) : { ...overview(job), tasks: {} }))
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
    const cached = this.#cached(job)
    if (cached.restored !== null && cached.restored.path === pointOf(job)) this.#told.add('restored', job)
    const stats = statistics(cached, aheadMs(job))
    if (stats.latest.savepoint !== null) this.#told.add(`savepoint ${stats.latest.savepoint.externalPath}`, job)
    return this.#isWhole() ? stats : withGaps(stats)
  }

  async checkpointConfig(jobId: string): Promise<CheckpointConfig | null> {
    await this.#reach()
    const job = this.#find(jobId)
    if (job === null) return null
    if (job.state === 'INITIALIZING') throw this.#errors.initializing(jobId)
    if (!this.#isWhole()) return { ...configuration(job), changelogEnabled: null, changelogStorage: null, stateBackend: null }
    this.#told.add('config', job)
    return configuration(job)
  }

  async failureCause(): Promise<string | null> {
    await this.#reach()
    return null
  }

  async configuration(): Promise<Map<string, string>> {
    await this.#reach()
    const isHa = saysHighAvailability(this.#world, this.#cluster)
    return new Map([['high-availability.type', isHa ? 'zookeeper' : 'NONE']])
  }

  async version(): Promise<string> {
    await this.#reach()
    return '2.3.0'
  }

  async refreshIntervalMs(): Promise<number> {
    await this.#reach()
    return CACHED_MS
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

  #source(): Cluster | null {
    return this.#cluster.answers === 'nothing' ? null : standIn(this.#world, this.#cluster)
  }

  #isWhole(): boolean {
    return this.#cluster.answers !== 'gaps'
  }

  *#known(): Generator<SimJob> {
    const source = this.#source()
    for (const [jobId, job] of source?.jobs ?? []) {
      if (job.endedAtMs !== null && this.#world.nowMs - job.endedAtMs > FORGETS_AFTER_MS) source?.jobs.delete(jobId)
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
    startedAtMs: job.startedAtMs + aheadMs(job),
    endedAtMs: job.endedAtMs === null ? null : job.endedAtMs + aheadMs(job),
    durationMs: 0,
    tasks: { total: job.hasRun ? parallelism : 0 },
  }
}

/** Whose server it is; `null`: of somebody outside. */
function standIn(world: World, cluster: Cluster): Cluster | null {
  return cluster.answers === 'another' ? (world.clusters.find((one) => one !== cluster && one.isUp) ?? null) : cluster
}

/** What the configuration behind its address says. */
export function saysHighAvailability(world: World, cluster: Cluster): boolean {
  return standIn(world, cluster)?.settings.hasHighAvailability === true
}

function aheadMs(job: SimJob): number {
  return job.cluster.settings.clockAheadMs ?? 0
}

export function tellOverview(told: Told, job: SimJob): void {
  told.add('name', job)
  if (job.state === 'FINISHED') told.add('finished', job)
  if (job.isAlive) told.add('running', job)
}

/** The path that the run was restored from at first; `null`: it began empty. */
export function pointOf(job: SimJob): string | null {
  return job.restore === null ? null : job.spell(job.restore.snapshot.directory)
}

/** As older releases answer: not every field is there. */
function withGaps(stats: CheckpointStats): CheckpointStats {
  const without = (entry: CheckpointEntry) => ({ ...entry, discarded: null, type: null })
  const { completed, savepoint, failed, restored } = stats.latest
  const latest = {
    completed: completed && without(completed),
    savepoint: savepoint && without(savepoint),
    failed: failed && without(failed),
    restored,
  }
  return { ...stats, latest, history: stats.history.map(without) }
}

function statistics(cached: NonNullable<SimJob['restCache']>, byMs: number): CheckpointStats {
  const { restored } = cached
  const history = byMs === 0 ? cached.history : cached.history.map((entry) => later(entry, byMs))
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
      restored: restored && { id: restored.id, restoredAtMs: restored.atMs + byMs, externalPath: restored.path, isSavepoint: false },
    },
    history,
  }
}

function later(entry: CheckpointEntry, byMs: number): CheckpointEntry {
  const latestAckAtMs = entry.latestAckAtMs === null ? null : entry.latestAckAtMs + byMs
  return { ...entry, triggeredAtMs: entry.triggeredAtMs + byMs, latestAckAtMs }
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
