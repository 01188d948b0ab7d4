import type { JobManager, Journal } from '../ports.js'
import { placeOf, savepointPrefix } from '../state/layout.js'
import type { Location } from '../state/location.js'

export interface SnapshotOwnerInput {
  location: Location
  jobManager: JobManager
  journal: Journal
  signal: AbortSignal
}

/** The name of the job that wrote a snapshot, as far as its path, the cluster and the journal tell; `null` = not known. */
export async function snapshotOwner(input: SnapshotOwnerInput): Promise<string | null> {
  const { location, jobManager, journal, signal } = input
  const names = await journal.names()
  for (const job of await jobManager.jobs(signal)) names.set(job.jobId, job.name)
  const start = placeOf(location.name).jobId ?? savepointPrefix(location.name)
  if (start === null) return null
  // The six digits in a savepoint's name may fit more than one job.
  const fitting = new Set([...names].filter(([jobId]) => jobId.startsWith(start)).map(([, name]) => name))
  return fitting.size === 1 ? ([...fitting][0] ?? null) : null
}
