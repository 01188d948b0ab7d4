import type { ArchivedJob, CheckpointConfig, CheckpointStats, JobOverview } from '../ports.js'
import type { LeftCheckpoint } from '../state/evidence.js'

/** The last checkpoint of a job that was cancelled or failed, by its cluster; whether its retention keeps it is another question to it. */
export function leftByCluster({ state, endedAtMs }: JobOverview, stats: CheckpointStats | null): LeftCheckpoint | null {
  const last = stats?.latest.completed
  if (endedAtMs === null || !isCutOff(state) || !last?.externalPath) return null
  return { path: last.externalPath, isDiscarded: last.discarded, isDeletedAtEnd: null }
}

/** The same by its archive, which has no path where Flink said that it was discarded. */
export function leftByArchive({ state, lastCheckpointPath, externalized }: ArchivedJob): LeftCheckpoint | null {
  if (!isCutOff(state) || lastCheckpointPath === null) return null
  return { path: lastCheckpointPath, isDiscarded: null, isDeletedAtEnd: externalized ? isDeletedAtEnd(externalized, state) : null }
}

function isCutOff(state: string): boolean {
  return state === 'CANCELED' || state === 'FAILED'
}

/** `CheckpointRetentionPolicy`: never retained, or (`RETAIN_ON_FAILURE`) deleted when the job is cancelled. */
export function isDeletedAtEnd({ enabled, deleteOnCancellation }: CheckpointConfig['externalized'], state: string): boolean {
  return !enabled || (deleteOnCancellation && state === 'CANCELED')
}
