import type { CheckpointConfig, JobManager } from '../ports.js'
import { isInitializing } from './checkpoints-of.js'

/** How a job checkpoints; `null` when it does not, is still initializing, or has just gone. */
export async function checkpointsOffOrUnknown(
  jobManager: JobManager,
  jobId: string,
  signal: AbortSignal,
): Promise<CheckpointConfig | null> {
  try {
    return await jobManager.checkpointConfig(jobId, signal)
  } catch (error) {
    if (isInitializing(error)) return null
    throw error
  }
}
