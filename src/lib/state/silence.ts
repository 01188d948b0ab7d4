import { hasEnded, type JobEvidence } from './evidence.js'
import type { WrittenTree } from './inventory.js'
import type { Location } from './location.js'
import { isUnderRoots } from './places.js'
import type { Snapshot } from './snapshot.js'

/** What storage shows of a job: all its directories together. */
export interface JobTrees {
  /** Newest write of a file in any of them. */
  newestWriteMs: number
  /** When the newest checkpoint in any of them was completed; absent = there is none. */
  newestCheckpointMs?: number
  /** Every one lies at or below a configured root. */
  areBelowRoots: boolean
}

/** What has to be known before nobody's word counts as an end. Absent = silence proves nothing. */
export interface SilenceInput {
  /** URLs of the JobManagers that answered. */
  answered: readonly string[]
  /** The time up to which `trees` tell every write, by the storage service's clock. */
  nowMs: number
  graceMs: number
  /** Jobs that a person gave up: whether high availability could bring them back is answered by that. */
  givenUp?: ReadonlySet<string>
}

/** The directories of each job id, and what was completed in them. */
export function treesByJob(
  trees: readonly WrittenTree[],
  roots: Location[],
  snapshots: readonly Pick<Snapshot, 'jobId' | 'kind' | 'etag' | 'completedAtMs'>[] = [],
): Map<string, JobTrees> {
  const byJob = new Map<string, JobTrees>()
  for (const { directory, jobId, newestWriteMs } of trees) {
    const before = byJob.get(jobId)
    byJob.set(jobId, {
      newestWriteMs: Math.max(newestWriteMs, before?.newestWriteMs ?? 0),
      areBelowRoots: isUnderRoots(directory, roots) && (before?.areBelowRoots ?? true),
    })
  }
  for (const { jobId, kind, etag, completedAtMs } of snapshots) {
    const tree = jobId === null || kind !== 'checkpoint' || etag === null ? undefined : byJob.get(jobId)
    if (tree !== undefined) tree.newestCheckpointMs = Math.max(completedAtMs, tree.newestCheckpointMs ?? 0)
  }
  return byJob
}

/**
 * Why nobody's word about a job is no end of it; `null` = it is one. Only for exclusive roots of which every JobManager answered. Each reason is
 * the same text for all jobs it holds for, so that a plan can count them.
 */
export function objectionToSilence(
  jobId: string,
  evidence: JobEvidence[],
  trees: JobTrees | undefined,
  input: SilenceInput,
): string | null {
  // Of a job without a directory only a look of ours tells whose it was.
  if (trees === undefined && !evidence.some((one) => one.sighting !== undefined && one.source !== 'record'))
    return 'nothing of it lies below the configured roots'
  if (trees?.areBelowRoots === false) return 'its directory lies below no configured root'
  if (trees !== undefined && input.nowMs - trees.newestWriteMs < input.graceMs)
    return 'its directory was written to within the grace period'
  return input.givenUp?.has(jobId) === true ? null : objectionOfSightings(evidence, input)
}

/** A job that was seen running and that nobody saw end is gone with its JobManager only where nothing would bring it back. */
function objectionOfSightings(evidence: JobEvidence[], { answered }: SilenceInput): string | null {
  for (const { where, sighting } of evidence) {
    if (sighting === undefined || hasEnded(sighting.state)) continue
    const seen = `${where} had it ${sighting.state} and nobody saw it end`
    if (!answered.includes(where)) return `${seen}, and that JobManager is not listed any more`
    if (sighting.isHaOff !== true)
      return `${seen}; ${sighting.isHaOff === false ? 'with high availability it may come back' : 'whether it has high availability is not known'}`
  }
  return null
}
