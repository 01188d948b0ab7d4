import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missingForE2e } from '../support/sandbox.js'
import { runCampaign } from './campaign.js'
import { type Tally, tallyText } from './tally.js'
import { type FireWorld, startFireWorld } from './world.js'

/** TaskManager and JobManager are killed, each twice. */
const SEED = 40

/** The short form of `npm run soak:flink`. */
describe.skipIf(missingForE2e() !== null)('clean-up under fire', () => {
  let world: FireWorld
  let tally: Tally

  beforeAll(async () => {
    world = await startFireWorld(console.log)
    const startedAtMs = Date.now()
    tally = await runCampaign(world, { seed: SEED, goesOn: (rounds) => rounds < 1, blows: 1, quietMs: 12_000, say: console.log })
    console.log(tallyText(tally, { seed: SEED, seconds: (Date.now() - startedAtMs) / 1000 }))
  })
  afterAll(() => world?.stop())

  test('loses nothing', () => {
    expect(tally.losses).toEqual([])
  })

  test('was under fire: processes were killed, a job was restored, snapshots were proven on Flink', () => {
    expect(tally.count('kills: JobManager')).toBeGreaterThan(0)
    expect(tally.sum('restores: ')).toBeGreaterThan(0)
    expect(tally.sum('proven: ')).toBeGreaterThan(1)
  })

  test('reclaims bytes all the same', () => {
    expect(tally.deletedBytes).toBeGreaterThan(0)
  })
})
