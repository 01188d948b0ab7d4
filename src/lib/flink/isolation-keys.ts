import type { JobIsolation } from '../ports.js'
import { isAtLeast } from './flink-version.js'

/**
 * Execution configuration that keeps a watched job apart, whatever the script or the cluster sets: a name and a checkpoint directory of its
 * own, checkpoints that Flink deletes when it is cancelled, and no second attempt after a failure. Given to the one statement, it outweighs
 * every `SET` (seen on 1.20.1 and 2.3.0). Old keys up to the version that renamed them: a key that Flink does not know is silently ignored.
 */
export function isolationConfig(isolation: JobIsolation, flinkVersion: string): Record<string, string> {
  const isNew = isAtLeast(flinkVersion, 1, 20)
  return {
    'pipeline.name': isolation.name,
    [isNew ? 'execution.checkpointing.dir' : 'state.checkpoints.dir']: isolation.checkpointDirectory,
    [isNew ? 'execution.checkpointing.storage' : 'state.checkpoint-storage']: 'filesystem',
    'execution.checkpointing.externalized-checkpoint-retention': 'DELETE_ON_CANCELLATION',
    'execution.checkpointing.interval': `${isolation.checkpointIntervalMs} ms`,
    [isAtLeast(flinkVersion, 1, 19) ? 'restart-strategy.type' : 'restart-strategy']: 'none',
    'table.dml-sync': 'false',
  }
}
