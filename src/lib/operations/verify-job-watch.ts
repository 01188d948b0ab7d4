import type { CheckpointConfig, CheckpointEntry, CheckpointStats } from '../ports.js'

/** One look at a job while it is watched. */
export interface JobLook {
  atMs: number
  /** Flink's word; `null` = the JobManager does not know the job. */
  state: string | null
  stats: CheckpointStats | null
}

/** What has happened to a job since the watch began. */
export class JobWatch {
  /** Checkpoints (no savepoints) that were completed, and that failed, since the first look, by id. */
  readonly completed = new Map<number, CheckpointEntry>()
  readonly failed = new Map<number, CheckpointEntry>()
  /** When the job was first seen running. */
  runningSinceMs: number | null = null
  last: JobLook | null = null
  #baseline = Number.NEGATIVE_INFINITY
  #endedBefore = Number.NEGATIVE_INFINITY
  #fallen = 0
  #firstRestored: number | null = null

  /** A restart from a checkpoint shows in the statistics; one from nothing in the state only, if a look falls into it. */
  get restarts(): number {
    const restored = this.last?.stats?.counts.restored ?? 0
    return Math.max(this.#fallen, restored - (this.#firstRestored ?? restored))
  }

  see(look: JobLook): void {
    const before = this.last
    this.last = look
    if (look.state === 'RUNNING') this.runningSinceMs ??= look.atMs
    const isDown = look.state === 'RESTARTING' || look.state === 'FAILING'
    if (isDown && (before === null || before.state === 'RUNNING')) this.#fallen++
    this.#firstRestored ??= look.stats?.counts.restored ?? null
    if (look.stats !== null) this.#seeCheckpoints(look.stats, before === null)
  }

  #seeCheckpoints(stats: CheckpointStats, isFirst: boolean): void {
    const entries = checkpointsOf(stats)
    if (isFirst) {
      this.#baseline = Math.max(...ids(entries, 'COMPLETED'))
      this.#endedBefore = Math.max(...ids(entries, 'COMPLETED'), ...ids(entries, 'FAILED'))
    }
    for (const entry of entries) {
      if (entry.status === 'COMPLETED' && entry.id > this.#baseline) this.completed.set(entry.id, entry)
      if (entry.status === 'FAILED' && entry.id > this.#endedBefore) this.failed.set(entry.id, entry)
    }
  }
}

function ids(entries: CheckpointEntry[], status: string): number[] {
  return entries.filter((entry) => entry.status === status).map((entry) => entry.id)
}

/** Everything that the statistics know of checkpoints, savepoints left out. */
function checkpointsOf({ latest, history }: CheckpointStats): CheckpointEntry[] {
  const all = [latest.completed, latest.failed, ...history].filter((entry) => entry !== null)
  return [...new Map(all.map((entry) => [entry.id, entry])).values()].filter((entry) => !entry.isSavepoint)
}

/** The newest checkpoints that came to an end are all failures: two of them at least, newest first. */
export function failuresInARow(stats: CheckpointStats | null): CheckpointEntry[] {
  if (stats === null) return []
  const ended = checkpointsOf(stats)
    .filter((entry) => entry.status === 'COMPLETED' || entry.status === 'FAILED')
    .toSorted((a, b) => b.id - a.id)
  const completed = ended.findIndex((entry) => entry.status === 'COMPLETED')
  const failures = completed < 0 ? ended : ended.slice(0, completed)
  return failures.length >= 2 ? failures : []
}

/** How long two checkpoints may take by the configuration: each may come an interval after the last, and last until its timeout. */
export function patienceMs({ intervalMs, timeoutMs, minPauseMs }: CheckpointConfig): number {
  return 2 * (Math.max(intervalMs ?? 0, minPauseMs) + timeoutMs)
}

const LATE_MS = 5000

/** What is wrong with the pace of the last two checkpoints, one clause each. */
export function paceFindings(watch: JobWatch, { intervalMs, minPauseMs }: CheckpointConfig): string[] {
  const [first, second] = [...watch.completed.values()].toSorted((a, b) => a.id - b.id).slice(-2)
  if (intervalMs === null || first === undefined || second === undefined) return []
  const durations = [first.endToEndMs ?? 0, second.endToEndMs ?? 0]
  const said = `the interval of ${seconds(intervalMs)}`
  if (Math.min(...durations) > intervalMs)
    return [`checkpoints are too slow: the last two took ${durations.map(seconds).join(' and ')}, longer than ${said}`]
  const gapMs = second.triggeredAtMs - first.triggeredAtMs
  const expectedMs = Math.max(intervalMs, minPauseMs + (durations[0] ?? 0))
  // Neighbours only: a savepoint or a failure between them takes an id, and time.
  if (second.id === first.id + 1 && gapMs > 2 * expectedMs + LATE_MS)
    return [`checkpoints come too rarely: the last two began ${seconds(gapMs)} apart, for ${said}`]
  return []
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}
