import type { Archive } from './cluster.js'
import { missingOf } from './snapshot.js'
import type { World } from './world.js'

/** Under FLINK-39964 nobody can tell which files are meant. */
export function hasStrays(world: World): boolean {
  return [...world.snapshots.values()].some(
    (one) => world.metadataBlob(one) !== undefined && missingOf(one.writtenFiles, world.store) !== null,
  )
}

/** Whether a listed cluster or the history tells the job's name now; an archive of an earlier run of the id proves nothing of the last. */
export function isNamedByProof(world: World, jobId: string): boolean {
  const told = world.clusters.some((cluster) => cluster.settings.isListed && cluster.isUp && cluster.jobs.has(jobId))
  const last = world.jobs.findLast((job) => job.settings.jobId === jobId)
  const isOfLast = (archive: Archive) => archive.jobId === jobId && archive.startedAtMs === last?.startedAtMs
  return told || world.clusters.some((cluster) => cluster.archives.some(isOfLast))
}
