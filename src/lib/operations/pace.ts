/** Blobs go in heaps of at most a quarter of a second's, so that a low rate is a trickle and not a burst every now and then. */
const HEAPS_PER_SECOND = 4

export interface Pace {
  /** The most that may be taken at once. */
  readonly heap: number
  /** Waits until so many more may go. */
  take(count: number): Promise<void>
}

/** Keeps to `maxRate` a second, counted from one `take` to the next; nothing is saved up while nobody takes. `null`: no limit. */
export function openPace(options: { maxRate: number | null; nowMs: () => number; pause: (ms: number) => Promise<void> }): Pace {
  const { maxRate, nowMs, pause } = options
  if (maxRate === null) return { heap: Number.POSITIVE_INFINITY, take: () => Promise.resolve() }
  let freeAtMs = Number.NEGATIVE_INFINITY
  return {
    heap: Math.max(1, Math.ceil(maxRate / HEAPS_PER_SECOND)),
    take: async (count) => {
      const startMs = Math.max(nowMs(), freeAtMs)
      freeAtMs = startMs + (count * 1000) / maxRate
      const waitMs = startMs - nowMs()
      if (waitMs > 0) await pause(waitMs)
    },
  }
}
