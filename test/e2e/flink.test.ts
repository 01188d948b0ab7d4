import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type E2e, FEWER_FILES, FLINK_UNDER_TEST, IS_BRIEF, missingForE2e, startE2e } from '../support/sandbox.js'
import { cleanupScenario } from './cleanup.js'
import { drillScenarios } from './drill.js'
import { failureScenarios } from './failures.js'
import { lookScenarios } from './looks.js'
import { lossScenarios } from './losses.js'
import { proofScenarios, sumScenario } from './proofs.js'
import { restoreScenarios } from './restores.js'
import { startScenarios } from './starts.js'
import { waitScenarios } from './waits.js'

const DAY_MS = 86_400_000

// One cluster for all of it, since starting one costs more than most scenarios. The order matters: blobs are born 40 days old until
// clean-up has seen them, and the last scenario takes the jobs down with their JobManager.
describe.skipIf(missingForE2e() !== null)(`Flink ${FLINK_UNDER_TEST}`, () => {
  let e2e: E2e

  beforeAll(async () => {
    e2e = await startE2e({
      blobAgeMs: 40 * DAY_MS,
      extraConfig: {
        'execution.checkpointing.interval': '3s',
        // As many as `doctor` takes for an end.
        'execution.checkpointing.tolerable-failed-checkpoints': 100,
        // So that a cancelled job leaves some that may expire.
        'state.checkpoints.num-retained': 3,
        ...FEWER_FILES,
      },
    })
  })
  afterAll(() => e2e?.stop())

  test('is the version that was asked for', () => {
    expect(e2e.cluster.version).toBe(FLINK_UNDER_TEST)
  })

  const world = () => e2e
  cleanupScenario(world)
  restoreScenarios(world)
  startScenarios(world)
  if (!IS_BRIEF) drillScenarios(world)
  failureScenarios(world)
  if (!IS_BRIEF) {
    lookScenarios(world)
    proofScenarios(world)
    waitScenarios(world)
  }
  lossScenarios(world)
  if (!IS_BRIEF) sumScenario(world)
})
