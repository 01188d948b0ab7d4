import { EXIT, FlinkopsError } from '../errors.js'
import type { JobEvidence } from '../state/evidence.js'
import { type Meanwhile, meanwhile } from '../state/meanwhile.js'
import { type GatherInput, gatherJobs } from './gather-jobs.js'

/** Whom a run asks, while it deletes, what jobs need. */
export interface Clusters {
  /** For how long what they say may be older than the question. */
  refreshMs(signal: AbortSignal): Promise<number>
  /** What became visible since the last look before the first delete. */
  look(signal: AbortSignal): Promise<Meanwhile>
}

/** No JobManager that is configured sensibly caches longer. */
const LONGEST_REFRESH_MS = 5 * 60_000

/** `web.refresh-interval` by default. */
const REFRESH_MS = 3000

/** One that does not tell it; whether it answers at all, the look will show. */
function unlessInterrupted(error: unknown): number {
  if (error instanceof FlinkopsError && error.exitCode !== EXIT.interrupted) return REFRESH_MS
  throw error
}

/** `before`: what the last look before the first delete showed. */
export function watchClusters(cluster: Omit<GatherInput, 'signal'>, before: JobEvidence[]): Clusters {
  let last = before
  return {
    async refreshMs(signal) {
      const told = await Promise.all(cluster.jobManagers.map((one) => one.refreshIntervalMs(signal).catch(unlessInterrupted)))
      return Math.min(LONGEST_REFRESH_MS, Math.max(0, ...told))
    },
    async look(signal) {
      // The history tells of jobs that have ended, which need nothing.
      const { evidence, silent } = await gatherJobs({ ...cluster, history: null, signal })
      const seen = meanwhile({ before, last, now: evidence })
      last = evidence
      return silent[0] === undefined ? seen : { ...seen, unsaid: silent[0].problem }
    },
  }
}
