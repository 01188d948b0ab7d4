import { notFoundError, usageError } from '../errors.js'
import type { JobOverview } from '../ports.js'

const ENDED = new Set(['FINISHED', 'CANCELED', 'FAILED'])

/** Whether a state word means that the job will not come back by itself. */
export function hasEnded(state: string): boolean {
  return ENDED.has(state)
}

/**
 * Finds the job that a person means: a job id, a unique prefix of at least 4 hex digits, or a unique name. Jobs that have ended count
 * only when no other matches, since every redeployment leaves one of the same name behind.
 */
export function resolveJob(text: string, jobs: JobOverview[]): JobOverview {
  const wanted = text.trim()
  checkShape(wanted)
  const going = jobs.filter((job) => !hasEnded(job.state))
  const id = wanted.toLowerCase()
  for (const candidates of [going, jobs]) {
    const exact = candidates.find((job) => job.jobId === id)
    if (exact) return exact
    const named = candidates.filter((job) => job.name === wanted)
    const matching = named.length > 0 ? named : /^[0-9a-f]{4,32}$/.test(id) ? candidates.filter((job) => job.jobId.startsWith(id)) : []
    if (matching.length > 1) throw ambiguous(wanted, matching)
    if (matching[0]) return matching[0]
  }
  throw unknown(wanted, jobs)
}

function checkShape(wanted: string): void {
  if (wanted === '') throw usageError('The job is empty: give a job id, a prefix of it, or a job name.')
  if (/^[0-9a-f]{33,}$/i.test(wanted)) throw usageError(`${wanted} has ${wanted.length} digits; a job id has 32 hex digits.`)
}

function ambiguous(wanted: string, jobs: JobOverview[]): Error {
  const candidates = jobs.map((job) => `${job.jobId} (${job.name}, ${job.state})`).join(', ')
  return usageError(`${wanted} means more than one job: ${candidates}.`, 'Give the job id.')
}

function unknown(wanted: string, jobs: JobOverview[]): Error {
  if (/^[0-9a-f]{1,3}$/i.test(wanted)) return usageError(`${wanted} is too short: a prefix of a job id needs at least 4 hex digits.`)
  const known = jobs.filter((job) => !hasEnded(job.state)).map((job) => job.name)
  const hint = known.length === 0 ? 'No job is running there.' : `Running there: ${known.join(', ')}.`
  return notFoundError('JOB_NOT_FOUND', `No job ${wanted} on this cluster.`, hint, 'List all of them: flinkops list-jobs')
}
