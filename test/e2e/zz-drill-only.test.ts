import { afterAll, beforeAll, describe } from 'vitest'
import { ORDERS_ENRICH, SALES_PIPELINE, submitScript, waitForCheckpoints } from '../../sandbox/jobs.js'
import { type E2e, FLINK_UNDER_TEST, startE2e } from '../support/sandbox.js'
import { drillScenarios } from './drill.js'
describe(`Flink ${FLINK_UNDER_TEST}`, () => {
  let e2e: E2e
  beforeAll(async () => {
    e2e = await startE2e({ extraConfig: { 'execution.checkpointing.interval': '2s', 'execution.checkpointing.tolerable-failed-checkpoints': 1000, 'state.checkpoints.num-retained': 3 } })
    for (const s of [SALES_PIPELINE, ORDERS_ENRICH]) await waitForCheckpoints(e2e.cluster.restUrl, await submitScript(e2e.cluster.gatewayUrl, s))
  }, 600_000)
  afterAll(() => e2e?.stop())
  drillScenarios(() => e2e)
})
