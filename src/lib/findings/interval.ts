import type { CheckpointStats } from '../ports.js'

/** How long checkpoints take and what they upload, from those that the cluster remembers. */
export interface CheckpointLoad {
  /** Completed checkpoints it was taken from. */
  samples: number
  /** Nine of ten took at most this long; of a few, the slowest is left out, which is often the first of a job. */
  durationMs: number
  uploadBytes: number
  stateBytes: number
}

/** `null`: no checkpoint has completed that the cluster remembers. Savepoints do not count. */
export function loadOf(stats: CheckpointStats): CheckpointLoad | null {
  const done = stats.history.filter(({ status, isSavepoint }) => status === 'COMPLETED' && !isSavepoint)
  const entries = done.length > 0 ? done : stats.latest.completed ? [stats.latest.completed] : []
  if (entries.length === 0) return null
  const durations = entries.flatMap(({ endToEndMs }) => endToEndMs ?? []).toSorted((a, b) => a - b)
  return {
    samples: entries.length,
    durationMs: durations[Math.floor((durations.length - 1) * 0.9)] ?? 0,
    uploadBytes: median(entries.flatMap(({ checkpointedBytes }) => checkpointedBytes ?? [])),
    stateBytes: Math.max(0, ...entries.map(({ stateBytes }) => stateBytes ?? 0)),
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

const STEPS_S = [10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600]

/**
 * The shortest usual interval that leaves at least as much time without a checkpoint as with one, and at least 10 s; beyond an hour,
 * whole hours. In ms.
 */
export function recommendedIntervalMs(durationMs: number): number {
  const wantedS = (2 * durationMs) / 1000
  const step = STEPS_S.find((seconds) => seconds >= wantedS)
  return (step ?? Math.ceil(wantedS / 3600) * 3600) * 1000
}

const DAY_MS = 86_400_000

export function uploadBytesPerDay({ uploadBytes }: CheckpointLoad, intervalMs: number): number {
  return (uploadBytes * DAY_MS) / intervalMs
}
