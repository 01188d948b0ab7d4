import type { KnownJob } from './jobs.js'
import { snapshotDirectory } from './lineage.js'
import { locationKey, parseLocation } from './location.js'

/**
 * Directories (keys) from which jobs that are not proven ended were restored. Whether one was claimed no REST answer and no archive says; a
 * claimed one is Flink's to delete as soon as the job has newer checkpoints. A job's restore of its own checkpoint claims nothing.
 */
export function maybeClaimed(jobs: ReadonlyMap<string, KnownJob>): Set<string> {
  const claimed = new Set<string>()
  for (const job of jobs.values()) {
    if (job.liveness === 'terminated') continue
    const named = job.named.filter((one) => one.as === 'restored')
    for (const path of [job.restoredFrom, ...[...job.restores, ...named].map((one) => one.path)]) {
      const parsed = path === null ? null : parseLocation(path)
      if (parsed?.ok && !parsed.location.name.includes(`/${job.jobId}/`)) claimed.add(locationKey(snapshotDirectory(parsed.location)))
    }
  }
  return claimed
}
