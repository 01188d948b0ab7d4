import type { KnownJob } from './jobs.js'
import { placeOf } from './layout.js'
import type { Snapshot } from './snapshot.js'
import type { StoredBlob, Survey } from './survey.js'

/** What is known of a running job's tree, for the running column of the class table. */
export interface RunningTree {
  /** Flat `shared/` holds nothing but RocksDB files: no changelog, no file merging, no ForSt, and the backend is known. */
  isPlain: boolean
  newestCompletedId: number | null
  inProgressIds: ReadonlySet<number>
  /** `null`: no grace period can be worked out, so nothing of it goes. */
  graceMs: number | null
}

/** Areas whose files may be live although no `_metadata` names them (reference, 4.3). */
const UNBOUNDED = new Set(['shared-merged', 'taskowned-merged', 'forst', 'changelog'])

/**
 * Facts of every running job's tree. File merging and ForSt do not show in the job's configuration, so they are told by what lies in
 * the tree; a backend or changelog setting that is not known counts as the worst.
 */
export function runningTrees(survey: Survey, jobs: Map<string, KnownJob>, graceMs: number): Map<string, RunningTree> {
  const unbounded = treesWithUnboundedState(survey)
  const trees = new Map<string, RunningTree>()
  for (const job of jobs.values()) {
    if (job.liveness !== 'running') continue
    trees.set(job.jobId, {
      isPlain: !unbounded.has(job.jobId) && job.changelog === false && /RocksDB|HashMap/.test(job.stateBackend ?? ''),
      newestCompletedId: newestCompletedId(job.jobId, survey.snapshots),
      inProgressIds: new Set(job.inProgressIds),
      graceMs: job.checkpointTimeoutMs === null ? null : Math.max(graceMs, 2 * job.checkpointTimeoutMs + (job.longestCheckpointMs ?? 0)),
    })
  }
  return trees
}

function treesWithUnboundedState(survey: Survey): Set<string> {
  const found = new Set<string>()
  const look = (blob: StoredBlob) => {
    const place = placeOf(blob.name)
    const isMergedDirectory = place.area === 'shared' && /^(job_|op_)/.test(place.file)
    if (place.jobId !== null && (UNBOUNDED.has(place.area) || isMergedDirectory)) found.add(place.jobId)
  }
  for (const blobs of [survey.stored.samples(), survey.loose.samples(), survey.markers]) for (const blob of blobs) look(blob)
  return found
}

function newestCompletedId(jobId: string, snapshots: Snapshot[]): number | null {
  const ids = snapshots.flatMap((one) => (one.jobId === jobId && one.completeness === 'complete' ? (one.checkpointId ?? []) : []))
  return ids.length === 0 ? null : Math.max(...ids)
}
