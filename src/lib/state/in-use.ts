import { isFixedJobId } from './evidence.js'
import type { KnownJob } from './jobs.js'
import { snapshotDirectory } from './lineage.js'
import { locationKey, parseLocation } from './location.js'
import type { Snapshot } from './snapshot.js'

/**
 * Snapshots (directory keys) that a job which has not ended names, with why. The one it was restored from stays until the job has a
 * complete checkpoint of its own that is newer; after that it is protected only by what references it. Of a running job
 * the cluster must say so too: with a fixed job id (application mode) newer checkpoints in the tree may be of an earlier run.
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
  const named = job.named.filter((one) => one.as !== 'restored').map((one) => one.path)
  return [
    ...pendingRestores(job, snapshots).map((key): [string, string] => [
      key,
      `${label} was restored from it and has no newer checkpoint yet`,
    ]),
    ...keysOf(named).map((key): [string, string] => [key, `${label} has not ended and names it`]),
  ]
}

/** Directories (keys) of what the job was restored from and would be restored from again, having no newer checkpoint of its own. */
export function pendingRestores(job: KnownJob, snapshots: Snapshot[]): string[] {
  const restored = [job.restoredFrom, ...job.named.filter((one) => one.as === 'restored').map((one) => one.path)]
  return [...new Set(keysOf(restored))].filter((key) => !hasOwnSince(job, key, snapshots))
}

function keysOf(paths: (string | null)[]): string[] {
  return paths.flatMap((path) => (path === null ? [] : (keyOf(path) ?? [])))
}

function keyOf(path: string): string | null {
  const parsed = parseLocation(path)
  return parsed.ok ? locationKey(snapshotDirectory(parsed.location)) : null
}

function hasOwnSince(job: KnownJob, restoredKey: string, snapshots: Snapshot[]): boolean {
  const latestKey = job.latestCompleted === null ? null : keyOf(job.latestCompleted.path)
  if (job.liveness === 'running' && (latestKey === null || latestKey === restoredKey)) return false
  const isOwn = (one: Snapshot) => one.jobId === job.jobId && one.kind === 'checkpoint' && one.completeness === 'complete'
  // With a fixed id, what lies in the tree may be of an earlier run: only the one that the cluster names is surely of this one.
  if (isFixedJobId(job.jobId)) return snapshots.some((one) => isOwn(one) && locationKey(one.directory) === latestKey)
  const restored = snapshots.find((one) => locationKey(one.directory) === restoredKey)
  const since = restored?.jobId === job.jobId ? (restored.checkpointId ?? 0) : 0
  const sinceMs = restored?.completedAtMs ?? 0
  return snapshots.some((one) => isOwn(one) && (one.checkpointId ?? 0) > since && one.completedAtMs > sinceMs)
}
