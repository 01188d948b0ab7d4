import type { KnownJob } from './jobs.js'
import { snapshotDirectory } from './lineage.js'
import { locationKey, parseLocation } from './location.js'
import type { Snapshot } from './snapshot.js'

/**
 * Snapshots (directory keys) that a job which has not ended names, with why. The one it was restored from stays until the job has a
 * complete checkpoint of its own that is newer; after that it is protected only by what references it.
 */
export function snapshotsInUse(jobs: Map<string, KnownJob>, snapshots: Snapshot[]): Map<string, string> {
  const inUse = new Map<string, string>()
  for (const job of jobs.values()) {
    if (job.liveness === 'terminated') continue
    for (const [key, why] of usedBy(job, snapshots)) inUse.set(key, why)
  }
  return inUse
}

function usedBy(job: KnownJob, snapshots: Snapshot[]): [string, string][] {
  const label = job.name ?? job.jobId.slice(0, 8)
  const restored = [job.restoredFrom, ...job.named.filter((one) => one.as === 'restored').map((one) => one.path)]
  const named = job.named.filter((one) => one.as !== 'restored').map((one) => one.path)
  return [
    ...keysOf(restored)
      .filter((key) => !hasOwnSince(job, key, snapshots))
      .map((key): [string, string] => [key, `${label} was restored from it and has no newer checkpoint yet`]),
    ...keysOf(named).map((key): [string, string] => [key, `${label} has not ended and names it`]),
  ]
}

function keysOf(paths: (string | null)[]): string[] {
  return paths.flatMap((path) => (path === null ? [] : (keyOf(path) ?? [])))
}

function keyOf(path: string): string | null {
  const parsed = parseLocation(path)
  return parsed.ok ? locationKey(snapshotDirectory(parsed.location)) : null
}

function hasOwnSince(job: KnownJob, restoredKey: string, snapshots: Snapshot[]): boolean {
  const restored = snapshots.find((one) => locationKey(one.directory) === restoredKey)
  const since = restored?.completedAtMs ?? 0
  return snapshots.some(
    (one) =>
      one.jobId === job.jobId &&
      one.kind === 'checkpoint' &&
      one.completeness === 'complete' &&
      one.completedAtMs > since &&
      locationKey(one.directory) !== restoredKey,
  )
}
