import type { JobManager, Journal } from '../ports.js'
import { askCluster } from './ask-cluster.js'
import { sightingsOf } from './remembered-jobs.js'

/**
 * Writes down what the cluster says of a job that was just proven to be restored: a restore that was seen outlives the cluster, one that was only
 * asked for links nothing. The job is up, so nothing that goes wrong here fails it.
 */
export async function rememberProven(
  jobId: string,
  { jobManager, journal, signal }: { jobManager: JobManager; journal: Journal; signal: AbortSignal },
): Promise<void> {
  try {
    const { evidence, isHaOff } = await askCluster(jobManager, undefined, signal)
    await journal.rememberSightings(
      sightingsOf(
        evidence.filter((one) => one.jobId === jobId),
        isHaOff,
      ),
    )
  } catch {
    // The next look at this cluster sees it, too.
  }
}
