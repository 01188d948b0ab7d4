import { EXIT, FlinkopsError, refusedError } from '../errors.js'
import type { JobManager, JobOverview } from '../ports.js'
import { hasEnded } from './resolve-job.js'

export interface GoingJob extends JobOverview {
  /** URL of the JobManager that knows it. */
  jobManager: string
}

export interface GoingJobs {
  jobs: GoingJob[]
  /** Why JobManagers could not be asked, one sentence each. */
  silent: string[]
}

/** Jobs of these names that have not ended, on any of the clusters. The first cluster has to answer. */
export async function goingJobs(input: { names: string[]; jobManagers: JobManager[]; signal: AbortSignal }): Promise<GoingJobs> {
  const going: GoingJobs = { jobs: [], silent: [] }
  for (const [at, jobManager] of input.jobManagers.entries()) {
    try {
      const jobs = (await jobManager.jobs(input.signal)).filter((job) => input.names.includes(job.name) && !hasEnded(job.state))
      going.jobs.push(...jobs.map((job) => ({ ...job, jobManager: jobManager.url })))
    } catch (error) {
      if (at === 0 || !(error instanceof FlinkopsError) || error.exitCode !== EXIT.unreachable) throw error
      going.silent.push(error.message)
    }
  }
  return going
}

/** A second job of the same name writes to the same sinks. */
export function refuseSecond(jobs: GoingJob[]): void {
  const [first] = jobs
  if (first === undefined) return
  const each = jobs.map((job) => `job ${job.jobId} is ${job.state} since ${new Date(job.startedAtMs).toISOString()} on ${job.jobManager}`)
  throw refusedError(
    'JOB_RUNS',
    `${first.name} is on the cluster already: ${each.join('; ')}.`,
    `Stop it first: flinkops stop ${first.name}`,
    'Or, knowing this, add --allow-second: then two jobs write to the same sinks.',
  )
}
