import type { KnownJob } from './jobs.js'

/**
 * Silence of all clusters ends no job of which a high-availability store holds a checkpoint: it comes back with its JobManager. `jobIds`: those
 * that a store names; `null` = a store that could not be read may name any.
 */
export function doubtSilence(jobs: Map<string, KnownJob>, jobIds: ReadonlySet<string> | null): void {
  for (const job of jobs.values()) {
    if (job.liveness !== 'terminated' || job.state !== null || (jobIds !== null && !jobIds.has(job.jobId))) continue
    const why = jobIds === null ? 'a high-availability store that could not be read may hold it' : 'a high-availability store holds it'
    jobs.set(job.jobId, { ...job, liveness: 'unknown', proof: `${job.proof}, but ${why}` })
  }
}
