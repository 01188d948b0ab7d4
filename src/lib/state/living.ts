import { isFixedJobId, type JobEvidence, saysAlive } from './evidence.js'
import { jobDirectoryOf, placeOf } from './layout.js'

/** A directory into which a run's blobs would come back, and who writes there. */
export interface LivingInput {
  /** Job id of the directory; `null` = it is named by none. */
  jobId: string | null
  /** What clusters say now. */
  evidence: JobEvidence[]
  /** Whether every listed JobManager answered. */
  allClustersAnswered: boolean
  /** Whether its job ran when the clean-up was planned; that same run may have written on since. */
  wasRunning: boolean
  /** When the clean-up was planned. */
  plannedAtMs: number
  /** When somebody else than the clean-up's undo last wrote there; `null` = nobody has. */
  newestWriteMs: number | null
}

/**
 * Whether a tree lives again since a clean-up, a clause; `null` = it does not. What came back would lie in the way of a later run's checkpoints, under the ids
 * that it will write. The run that lived all the while goes on with higher ids: into its tree all may come back.
 */
export function livesAgain(input: LivingInput): string | null {
  const { jobId, evidence, allClustersAnswered, wasRunning, plannedAtMs, newestWriteMs } = input
  const own = evidence.filter((one) => one.jobId === jobId && one.source === 'cluster')
  const alive = own.find(saysAlive)
  const begun = own.find(({ startedAtMs }) => (startedAtMs ?? 0) > plannedAtMs)
  if (begun !== undefined) return `job ${jobId} was started again after the clean-up`
  if (alive !== undefined && !wasRunning) return `job ${jobId} runs`
  if (jobId !== null && isFixedJobId(jobId) && !allClustersAnswered)
    return `whether job ${jobId} runs is not known: not every JobManager answers`
  const isSameRun = wasRunning && jobId !== null && (own.length > 0 || !isFixedJobId(jobId))
  return newestWriteMs !== null && newestWriteMs > plannedAtMs && !isSameRun ? 'it was written to after the clean-up' : null
}

/** The tree that a blob lies in: its job's directory, its savepoint's, or the directory of a root without job directories. */
export function treeOf(name: string): { directory: string; jobId: string | null } {
  const place = placeOf(name)
  if (place.area === 'savepoint') return { directory: place.tree, jobId: null }
  return jobDirectoryOf(`${name}/`) ?? { directory: place.tree, jobId: null }
}
