import { notFoundError, usageError } from '../errors.js'
import type { KnownJob } from '../state/jobs.js'

/**
 * Job ids that a person means when looking at storage: one id, a unique prefix, or every job id of a name, since a name has one id for
 * each time it was started.
 */
export function matchJobs(text: string, jobs: Map<string, KnownJob>): Set<string> {
  const wanted = text.trim()
  const named = [...jobs.values()].filter((job) => job.name === wanted).map((job) => job.jobId)
  if (named.length > 0) return new Set(named)
  const id = wanted.toLowerCase()
  if (!/^[0-9a-f]{4,32}$/.test(id))
    throw notFoundError('JOB_NOT_FOUND', `No job ${wanted} is known by name, and it is no job id.`, namesOf(jobs))
  const matching = [...jobs.keys()].filter((jobId) => jobId.startsWith(id))
  if (matching.length > 1) throw usageError(`${wanted} means more than one job: ${matching.join(', ')}.`, 'Give more digits of the job id.')
  if (matching.length === 0)
    throw notFoundError('JOB_NOT_FOUND', `No job ${wanted} is known to the cluster, the history or storage.`, namesOf(jobs))
  return new Set(matching)
}

function namesOf(jobs: Map<string, KnownJob>): string {
  const names = [...new Set([...jobs.values()].flatMap((job) => job.name ?? []))].toSorted((a, b) => a.localeCompare(b))
  return names.length === 0 ? 'No job name is known here; give a job id.' : `Known names: ${names.join(', ')}.`
}
