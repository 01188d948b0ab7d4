import { describe, expect, it } from 'vitest'
import { isolationConfig } from '../../../src/lib/flink/isolation-keys.js'

const ISOLATION = {
  name: 'drill of sales',
  checkpointDirectory: 'wasbs://flink@acct/checkpoints/flinkops-drill/a',
  checkpointIntervalMs: 5000,
}

describe('what keeps a drill apart', () => {
  it.each([
    ['2.3.0', 'execution.checkpointing.dir', 'execution.checkpointing.storage', 'restart-strategy.type'],
    ['1.20.1', 'execution.checkpointing.dir', 'execution.checkpointing.storage', 'restart-strategy.type'],
    ['1.19.2', 'state.checkpoints.dir', 'state.checkpoint-storage', 'restart-strategy.type'],
    ['1.18.1', 'state.checkpoints.dir', 'state.checkpoint-storage', 'restart-strategy'],
  ])('is said to %s in its own words', (version, directory, storage, restart) => {
    expect(isolationConfig(ISOLATION, version)).toEqual({
      'pipeline.name': 'drill of sales',
      [directory]: ISOLATION.checkpointDirectory,
      [storage]: 'filesystem',
      'execution.checkpointing.externalized-checkpoint-retention': 'DELETE_ON_CANCELLATION',
      'execution.checkpointing.interval': '5000 ms',
      [restart]: 'none',
      'table.dml-sync': 'false',
    })
  })
})
