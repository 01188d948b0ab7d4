import type { SimJob } from './job.js'
import { directoryOf, metadataOf } from './paths.js'
import type { Steps } from './process.js'
import type { SimSnapshot } from './snapshot.js'
import type { World } from './world.js'

/** Lets go of what is beyond `num-retained`; the deleting is done aside, and lost when the JobManager dies. */
export function subsume(world: World, job: SimJob): void {
  const dropped = job.completed.splice(0, Math.max(0, job.completed.length - job.settings.retained))
  if (dropped.length === 0) return
  const unused = unusedShared(job)
  for (const snapshot of dropped) markDiscarded(job, snapshot)
  const ours = dropped.filter((snapshot) => !isForeign(job, snapshot))
  doom(world, ours, unused)
  world.start({ label: `${job} discards`, clusterId: job.cluster.settings.id, jobKey: null }, discard(world, job, ours, unused))
}

/** A job ends and keeps or gives up its checkpoints. */
export function closeStore(world: World, job: SimJob, keeps: boolean): void {
  const dropped = keeps ? [] : job.completed.splice(0).filter((snapshot) => !isForeign(job, snapshot))
  for (const snapshot of dropped) markDiscarded(job, snapshot)
  const unused = unusedShared(job)
  doom(world, dropped, unused)
  world.start({ label: `${job} discards`, clusterId: job.cluster.settings.id, jobKey: null }, discard(world, job, dropped, unused))
}

function isForeign(job: SimJob, snapshot: SimSnapshot): boolean {
  return job.restore?.snapshot === snapshot && job.restore.mode !== 'CLAIM'
}

function markDiscarded(job: SimJob, snapshot: SimSnapshot): void {
  for (const entry of job.history) if (entry.externalPath === job.spell(snapshot.directory)) entry.discarded = true
}

/** Shared files whose last user is older than the lowest retained checkpoint. */
function unusedShared(job: SimJob): string[] {
  const lowest = job.completed[0]?.checkpointId ?? Number.POSITIVE_INFINITY
  const live = new Set(job.isAlive ? job.backends.flatMap((backend) => [...backend.live()]) : [])
  const unused: string[] = []
  for (const [path, lastUse] of job.registry) {
    if (lastUse >= lowest || live.has(path) || isInFlight(job, path)) continue
    job.registry.delete(path)
    if (!job.notOurs.has(path)) unused.push(path)
  }
  return unused
}

function isInFlight(job: SimJob, path: string): boolean {
  return [...job.pending].some((pending) => pending.paths.has(path))
}

function doom(world: World, dropped: SimSnapshot[], unused: string[]): void {
  for (const path of unused) world.doomed.add(path)
  for (const snapshot of dropped) world.doomed.add(metadataOf(snapshot.directory))
}

function* discard(world: World, job: SimJob, dropped: SimSnapshot[], unused: string[]): Steps {
  for (const path of unused) {
    world.store.delete(path)
    if (world.random.chance(0.3)) yield
  }
  for (const snapshot of dropped) {
    yield
    // The path may have been taken over by a later incarnation of the same job id.
    if (world.metadataBlob(snapshot) === undefined) continue
    world.trace(() => `${job} discards ${snapshot.directory}`)
    world.store.delete(metadataOf(snapshot.directory))
    yield
    yield* discardFiles(world, job, snapshot)
    if (world.store.below(snapshot.directory).length === 0) world.store.delete(snapshot.directory)
  }
}

/** Its exclusive files. What a savepoint shares with a checkpoint that reused it is in the registry instead. */
function* discardFiles(world: World, job: SimJob, snapshot: SimSnapshot): Steps {
  for (const path of snapshot.trueFiles.keys()) {
    const isOwn = directoryOf(path) === snapshot.directory || isPrivateSharedFile(snapshot, path)
    if (!isOwn || job.registry.has(path)) continue
    if (world.random.chance(0.05)) continue
    world.store.delete(path)
    if (world.random.chance(0.3)) yield
  }
}

/** `CURRENT`, `MANIFEST` and the like lie in `shared/` but belong to one checkpoint. */
function isPrivateSharedFile(snapshot: SimSnapshot, path: string): boolean {
  return snapshot.subtasks.some(({ keyed }) => {
    if (keyed?.kind !== 'incremental') return false
    return keyed.exclusive.some(({ handle }) => handle.kind === 'file' && handle.path === path)
  })
}
