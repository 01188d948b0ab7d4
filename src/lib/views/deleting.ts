import { duration, plural } from './format.js'

export interface DeletingView {
  settledBlobs: number
  plannedBlobs: number
  /** How long ago the rate is taken from, and how many blobs were settled since. */
  sinceMs: number
  sinceBlobs: number
}

/** `Deleting: 12,000 of 100,000 blobs, 5,600/s, 16s left`. */
export function deletingLine({ settledBlobs, plannedBlobs, sinceMs, sinceBlobs }: DeletingView): string {
  const count = `Deleting: ${settledBlobs.toLocaleString('en-US')} of ${plural(plannedBlobs, 'blob')}`
  if (sinceMs < 1000 || sinceBlobs === 0) return count
  const left = plannedBlobs - settledBlobs
  return `${count}, ${rate(sinceBlobs, sinceMs)}, ${duration((left * sinceMs) / sinceBlobs)} left`
}

export function deletingStarts(plannedBlobs: number): string {
  return `Deleting ${plural(plannedBlobs, 'blob')}.`
}

/** `Went through 100,000 blobs in 18s, 5,600/s.` */
export function deletingEnded({ settledBlobs, elapsedMs }: { settledBlobs: number; elapsedMs: number }): string {
  const told = `Went through ${plural(settledBlobs, 'blob')} in ${duration(elapsedMs)}`
  return elapsedMs < 1000 ? `${told}.` : `${told}, ${rate(settledBlobs, elapsedMs)}.`
}

function rate(blobs: number, ms: number): string {
  return `${Math.round((blobs * 1000) / ms).toLocaleString('en-US')}/s`
}
