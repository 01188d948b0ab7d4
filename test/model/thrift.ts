import type { PlannedCleanup } from '../../src/lib/operations/plan-cleanup.js'
import type { CleanUpSettings } from './clean-up.js'
import type { Archive } from './cluster.js'
import { neededPaths } from './needs.js'
import { metadataOf } from './paths.js'
import { isRestorable, missingOf, type SimSnapshot } from './snapshot.js'
import { Violation } from './violation.js'
import type { World } from './world.js'

/**
 * A clean-up that deletes nothing is safe and useless. Where the case is clear, an old checkpoint must go: its job has provably ended,
 * a newer checkpoint of a later run of the same name restores, and nobody uses a file of it.
 */
export function checkFreed(world: World, planned: PlannedCleanup, settings: CleanUpSettings): void {
  const { checkpointsMs, keepLast } = settings.policy
  if (checkpointsMs === null) return
  const kept = new Map<string, string>()
  for (const { snapshot, verdict, reasons } of planned.plan.decisions) {
    if (verdict === 'keep') kept.set(pathOf(snapshot.directory), reasons.map((one) => one.detail).join('; '))
  }
  for (const snapshot of world.snapshots.values()) {
    const why = kept.get(metadataOf(snapshot.directory))
    if (why === undefined || !isClearCase(world, snapshot, settings)) continue
    if (world.nowMs - writtenAtMs(world, snapshot) <= checkpointsMs || newerOf(world, snapshot).length < keepLast) continue
    throw new Violation(
      'waste',
      `${snapshot.directory} of ${snapshot.jobName} is kept, though ${keepLast} newer ones of later runs restore: ${why}`,
    )
  }
}

function pathOf(directory: { container: string; name: string }): string {
  return `${directory.container}/${directory.name}/_metadata`
}

function isClearCase(world: World, snapshot: SimSnapshot, settings: CleanUpSettings): boolean {
  if (snapshot.kind !== 'checkpoint' || !isRestorable(snapshot, world.store)) return false
  if (!settings.roots.some((root) => snapshot.directory.startsWith(`${root}/`))) return false
  if (
    hasStrays(world) ||
    !isNamedByProof(world, snapshot.jobId) ||
    !hasOneName(world, snapshot.jobId) ||
    !hasEnded(world, snapshot.jobId, settings)
  )
    return false
  if (isBesideNewerSavepoint(world, snapshot)) return false
  const users = world.jobs.filter((job) => job.restore?.snapshot === snapshot)
  if (users.some((job) => !hasEnded(world, job.settings.jobId, settings))) return false
  // A name that two jobs may be running under says nothing.
  const sameName = new Set(world.jobs.filter((job) => job.settings.name === snapshot.jobName).map((job) => job.settings.jobId))
  if ([...sameName].filter((jobId) => !hasEnded(world, jobId, settings)).length > 1) return false
  const others = neededPaths(world, { expired: new Map([[metadataOf(snapshot.directory), world.metadataBlob(snapshot)?.etag ?? '']]) })
  return ![metadataOf(snapshot.directory), ...snapshot.writtenFiles.keys()].some((path) => others.has(path))
}

/** Under FLINK-39964 nobody can tell which files are meant. */
function hasStrays(world: World): boolean {
  return [...world.snapshots.values()].some(
    (one) => world.metadataBlob(one) !== undefined && missingOf(one.writtenFiles, world.store) !== null,
  )
}

/**
 * The last checkpoint of a job stays beside a savepoint of it that is among the last of the name: in a copied container only the
 * checkpoints' numbers tell which is newer.
 */
function isBesideNewerSavepoint(world: World, snapshot: SimSnapshot): boolean {
  const ofJob = [...world.snapshots.values()].filter((one) => one.jobId === snapshot.jobId && isRestorable(one, world.store))
  const isLast = ofJob.every((one) => one.kind === 'savepoint' || one.checkpointId <= snapshot.checkpointId)
  return isLast && ofJob.some((one) => one.kind === 'savepoint' && writtenAtMs(world, one) > writtenAtMs(world, snapshot))
}

function newerOf(world: World, snapshot: SimSnapshot): SimSnapshot[] {
  return [...world.snapshots.values()].filter(
    (one) =>
      one.kind === 'checkpoint' &&
      one.jobName === snapshot.jobName &&
      one.jobId !== snapshot.jobId &&
      writtenAtMs(world, one) > writtenAtMs(world, snapshot) &&
      isNamedByProof(world, one.jobId) &&
      hasOneName(world, one.jobId) &&
      isRestorable(one, world.store),
  )
}

function writtenAtMs(world: World, snapshot: SimSnapshot): number {
  return world.metadataBlob(snapshot)?.modifiedMs ?? 0
}

/** Ended, and somebody says so. */
function hasEnded(world: World, jobId: string, settings: CleanUpSettings): boolean {
  if (world.jobs.some((job) => job.settings.jobId === jobId && job.isAlive)) return false
  return settings.exclusive || isNamedByProof(world, jobId)
}

/** An application's id may come back under another name; then the older name is not told any more. */
function hasOneName(world: World, jobId: string): boolean {
  return new Set(world.jobs.filter((job) => job.settings.jobId === jobId).map((job) => job.settings.name)).size === 1
}

/** Whether a listed cluster or the history tells the job's name now; an archive of an earlier run of the id proves nothing of the last. */
function isNamedByProof(world: World, jobId: string): boolean {
  const told = world.clusters.some((cluster) => cluster.settings.isListed && cluster.isUp && cluster.jobs.has(jobId))
  const last = world.jobs.findLast((job) => job.settings.jobId === jobId)
  const isOfLast = (archive: Archive) => archive.jobId === jobId && archive.startedAtMs === last?.startedAtMs
  return told || world.clusters.some((cluster) => cluster.archives.some(isOfLast))
}
