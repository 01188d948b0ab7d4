import { FlinkopsError } from '../errors.js'
import type { ClusterFacts, Fact, JobFacts } from '../findings/facts.js'
import type { JobManager, JobOverview } from '../ports.js'
import { mapConcurrently } from './concurrently.js'

const ENDED = new Set(['FINISHED', 'CANCELED', 'FAILED'])

/** What one JobManager tells of itself and of its running jobs. What it does not tell is an unknown fact, not an error. */
export async function examineCluster(jobManager: JobManager, signal: AbortSignal): Promise<ClusterFacts> {
  const { url } = jobManager
  const version = await findOut(signal, () => jobManager.version(signal))
  if (version.state === 'unknown') return { url, version, configuration: version, jobs: version }
  const [configuration, overviews] = await Promise.all([
    findOut(signal, () => jobManager.configuration(signal)),
    findOut(signal, () => jobManager.jobs(signal)),
  ])
  if (overviews.state === 'unknown') return { url, version, configuration, jobs: overviews }
  const running = overviews.value.filter(({ state }) => !ENDED.has(state))
  const jobs = await mapConcurrently(running, 4, (job) => examineJob(jobManager, job, signal))
  return { url, version, configuration, jobs: { state: 'known', value: jobs } }
}

async function examineJob(jobManager: JobManager, { jobId, name, startedAtMs }: JobOverview, signal: AbortSignal): Promise<JobFacts> {
  const [config, stats] = await Promise.all([
    findOut(signal, () => jobManager.checkpointConfig(jobId, signal)),
    findOut(signal, () => jobManager.checkpoints(jobId, signal)),
  ])
  return { jobId, name, startedAtMs, config, stats }
}

/** A fact, or why it could not be had. An interrupt and a bug go on as they are. */
export async function findOut<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { state: 'known', value: await ask() }
  } catch (error) {
    if (signal.aborted || !(error instanceof FlinkopsError)) throw error
    return { state: 'unknown', reason: error.message }
  }
}
