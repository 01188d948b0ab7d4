import { FlinkopsError } from '../errors.js'
import type { CheckpointStats, JobManager } from '../ports.js'

/** Checkpoint statistics; `null` too while the job is still initializing, when the JobManager has none to give (it answers 500). */
export async function checkpointsUnlessInitializing(
  jobManager: Pick<JobManager, 'checkpoints'>,
  jobId: string,
  signal: AbortSignal,
): Promise<CheckpointStats | null> {
  try {
    return await jobManager.checkpoints(jobId, signal)
  } catch (error) {
    if (isInitializing(error)) return null
    throw error
  }
}

export function isInitializing(error: unknown): boolean {
  return error instanceof FlinkopsError && error.code === 'JOB_INITIALIZING'
}
