import type { Cluster } from './cluster.js'
import type { SimJob } from './job.js'
import { containerOf, metadataOf } from './paths.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import type { World } from './world.js'

export interface NeedsOptions {
  /** `_metadata` path → ETag of what the user gave up. */
  expired: ReadonlyMap<string, string>
  /** Jobs submitted since; what they need is for the re-check to find. */
  startedSinceMs?: number
}

/** Path → who needs it: the simulator's own truth, from what it did and not from what storage shows. */
export function neededPaths(world: World, options: NeedsOptions): Map<string, string> {
  const needed = new Map<string, string>()
  for (const job of world.livingJobs()) {
    if (world.isExcused(job) || isUnseen(world, job)) continue
    if (options.startedSinceMs === undefined || job.startedAtMs < options.startedSinceMs) addLiving(world, job, needed)
  }
  for (const snapshot of world.snapshots.values()) {
    if (isOfJobSince(world, snapshot, options.startedSinceMs) || isOfUnseen(world, snapshot) || isExcusedFar(world, snapshot)) continue
    if (isGivenUp(world, snapshot, options.expired) || !isRestorable(snapshot, world.store)) continue
    add(needed, snapshot.writtenFiles.keys(), `${snapshot.directory} restores with it`)
    needed.set(metadataOf(snapshot.directory), `${snapshot.directory} is restorable`)
  }
  add(needed, world.copying, 'a person is copying it back')
  return needed
}

function isGivenUp(world: World, snapshot: SimSnapshot, expired: ReadonlyMap<string, string>): boolean {
  const etag = expired.get(metadataOf(snapshot.directory))
  return etag !== undefined && world.metadataBlob(snapshot)?.etag === etag
}

/** Started since the clean-up began, where nobody asks, from something that it gives up: no rule could have known. */
function isUnseen(world: World, job: SimJob): boolean {
  const { cleanup } = world
  if (!world.isWild || cleanup === null || job.startedAtMs < cleanup.startedAtMs || cleanup.sees(job)) return false
  const point = job.restore?.snapshot
  return point !== undefined && cleanup.expired.has(metadataOf(point.directory))
}

/**
 * Nobody ever told from what it was restored: a job that runs where nobody asks, or where somebody else answers, and that has no checkpoint yet.
 * Whether its point is a last way back the truth about chains says; that a living job is just reading it, no rule could have known.
 */
function isUntold(world: World, job: SimJob): boolean {
  const { cleanup } = world
  return world.isWild && cleanup !== null && job.restore !== null && !job.hasOwnCheckpoint && !cleanup.sees(job) && !cleanup.knowsPoint(job)
}

function addLiving(world: World, job: SimJob, needed: Map<string, string>): void {
  const before = new Set(needed.keys())
  addJob(world, job, needed)
  const point = job.restore?.snapshot
  if (point === undefined || !isUntold(world, job)) return
  world.harmed.add(job.key)
  for (const path of [metadataOf(point.directory), ...point.trueFiles.keys(), ...point.writtenFiles.keys()])
    if (!before.has(path)) needed.delete(path)
}

/** In a container that nobody named: a copy that a person put there, or what its own cluster writes where the roots are said to be exclusive. */
function isExcusedFar(world: World, snapshot: SimSnapshot): boolean {
  const isFromNear = world.jobs[snapshot.runKey]?.cluster.settings.isFar !== true
  const isThere = ({ settings }: Cluster) =>
    settings.isFar === true && containerOf(settings.checkpointRoot) === containerOf(snapshot.directory)
  if (isFromNear && world.clusters.some(isThere)) return true
  return world.excusesFar && world.jobs[snapshot.runKey]?.cluster.settings.isFar === true
}

/** What it completed after the last look at storage. */
function isOfUnseen(world: World, snapshot: SimSnapshot): boolean {
  const since = world.cleanup?.lookedAtMs ?? Number.POSITIVE_INFINITY
  const job = world.jobs[snapshot.runKey]
  return snapshot.completedAtMs >= since && job !== undefined && isUnseen(world, job)
}

function isOfJobSince(world: World, snapshot: SimSnapshot, sinceMs: number | undefined): boolean {
  if (sinceMs === undefined || snapshot.completedAtMs < sinceMs) return false
  return world.jobs.some((job) => job.settings.jobId === snapshot.jobId && job.startedAtMs >= sinceMs)
}

function addJob(world: World, job: SimJob, needed: Map<string, string>): void {
  add(needed, [`${job.tree}/shared`, `${job.tree}/taskowned`], `${job} writes there`)
  for (const pending of job.pending) add(needed, pending.paths, `${job} is writing ${pending.directory}`)
  for (const backend of job.backends) add(needed, backend.live(), `${job} may put it into its next checkpoint`)
  const restored = job.restore?.snapshot
  if (restored !== undefined && !job.hasOwnCheckpoint && !comesTooLate(world, job, restored)) {
    add(needed, [...restored.trueFiles.keys(), ...restored.writtenFiles.keys()], `${job} was restored from it and has no checkpoint yet`)
    if (job.state === 'INITIALIZING' && !isPutBackFor(world, job))
      needed.set(metadataOf(restored.directory), `${job} is being restored from it`)
  }
  if (job.latest !== undefined) add(needed, job.latest.trueFiles.keys(), `${job} fails over to ${job.latest.directory}`)
  for (const snapshot of job.completed) {
    if (snapshot === restored) continue
    add(needed, [...snapshot.trueFiles.keys(), metadataOf(snapshot.directory)], `${job} retains ${snapshot.directory}`)
  }
}

/** It has not read the `_metadata`, which is gone: it fails, whatever becomes of the files. */
function comesTooLate(world: World, job: SimJob, restored: SimSnapshot): boolean {
  return world.isWild && job.state === 'INITIALIZING' && world.metadataBlob(restored) === undefined
}

/** Who came after the last look may lose the `_metadata` for a moment. */
function isPutBackFor(world: World, job: SimJob): boolean {
  return world.isWild && job.startedAtMs >= (world.cleanup?.lookedAtMs ?? Number.POSITIVE_INFINITY)
}

function add(needed: Map<string, string>, paths: Iterable<string>, why: string): void {
  for (const path of paths) if (!needed.has(path)) needed.set(path, why)
}
