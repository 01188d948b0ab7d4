import type { ExecuteProgress } from '../operations/execution.js'
import { deletingEnded, deletingLine, deletingStarts } from '../views/deleting.js'
import type { Progress } from './progress.js'

/** Over which the rate is taken: long enough to be steady, short enough to show that the account slows down. */
const WINDOW_MS = 10_000
/** A line is drawn no more often than a person reads. */
const REDRAW_MS = 200

export interface DeletingProgress {
  onProgress: (progress: ExecuteProgress) => void
  done: () => void
}

/** Tells how deleting goes on: a terminal sees count, rate and time left; a log sees that it starts, and how it went. */
export function tellDeleting(input: { progress: Progress; plannedBlobs: number; nowMs: () => number }): DeletingProgress {
  const { progress, plannedBlobs, nowMs } = input
  const samples: { atMs: number; settledBlobs: number }[] = []
  let startedAtMs = 0
  let drawnAtMs = Number.NEGATIVE_INFINITY
  let last: ExecuteProgress | null = null

  function start(): void {
    startedAtMs = nowMs()
    samples.push({ atMs: startedAtMs, settledBlobs: 0 })
    progress.log(deletingStarts(plannedBlobs))
  }

  return {
    onProgress: (now) => {
      if (last === null) start()
      last = now
      const atMs = nowMs()
      if (atMs - drawnAtMs < REDRAW_MS) return
      drawnAtMs = atMs
      samples.push({ atMs, settledBlobs: now.settledBlobs })
      while (samples.length > 2 && atMs - (samples[0]?.atMs ?? atMs) > WINDOW_MS) samples.shift()
      const [since = { atMs, settledBlobs: 0 }] = samples
      progress.update(deletingLine({ ...now, plannedBlobs, sinceMs: atMs - since.atMs, sinceBlobs: now.settledBlobs - since.settledBlobs }))
    },
    done: () => {
      progress.done()
      if (last !== null) progress.log(deletingEnded({ ...last, elapsedMs: nowMs() - startedAtMs }))
    },
  }
}
