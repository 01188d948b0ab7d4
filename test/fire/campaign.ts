import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../model/random.js'
import { Cleaner, cleanupArgs, POLICIES, type Policy } from './cleaner.js'
import { Fleet } from './fleet.js'
import { FIRE_JOBS, type FireJob, INCREMENTAL } from './jobs.js'
import { judge } from './judge.js'
import { Tally } from './tally.js'
import { type Blow, Blows, ENDINGS, type Ending } from './violence.js'
import type { FireWorld } from './world.js'

export interface CampaignOptions {
  seed: number
  /** Whether one more round begins. */
  goesOn: (rounds: number) => boolean
  /** The most blows before all jobs are ended. */
  blows: number
  /** How long clean-up has the ended jobs to itself in each round, in ms: at most. */
  quietMs: number
  say: (line: string) => void
}

/**
 * Round after round: start the jobs from what clean-up left, strike, end them all, once more without the changelog, leave them to
 * clean-up, prove what is left. Clean-up runs all the time but while snapshots are proven. The seed decides what is done and when; what it
 * meets is up to the machine.
 */
export async function runCampaign(world: FireWorld, options: CampaignOptions): Promise<Tally> {
  const tally = new Tally()
  const random = new Random(options.seed)
  const fleet = new Fleet(world, tally)
  const blows = new Blows(world, fleet, random, tally)
  const cleaner = new Cleaner((policy) => world.flinkops(cleanupArgs(policy)), tally)
  for (let round = 0; options.goesOn(round); round++) {
    const policy = random.pick(Object.keys(POLICIES) as Policy[])
    options.say(`round ${round + 1}: clean-up leaves ${policy}`)
    cleaner.start(policy)
    for (const bout of planBouts(random, options.blows)) {
      options.say(`  ${describe(bout)}`)
      await fleet.start(bout.jobs)
      for (const blow of bout.blows) await blows.strike(blow)
      await blows.end(bout.ending)
    }
    await sleep(random.int(0, options.quietMs))
    await cleaner.pause()
    await judge(world, fleet, tally)
    tally.add('rounds')
    options.say(`  ${tally.deletedBlobs} blobs reclaimed, ${tally.sum('proven: ')} snapshots proven, ${tally.losses.length} losses so far`)
  }
  return tally
}

interface Bout {
  jobs: readonly FireJob[]
  blows: Blow[]
  ending: Ending
}

/** While a changelog is alive nothing shared goes anywhere: the second bout is without, so that clean-up gets at everything. */
function planBouts(random: Random, mostBlows: number): Bout[] {
  const kinds: Blow['kind'][] = ['taskmanager', 'taskmanager', 'savepoint']
  return [FIRE_JOBS, [INCREMENTAL]].map((jobs) => ({
    jobs,
    blows: Array.from({ length: random.int(1, mostBlows) }, () => ({ kind: random.pick(kinds), afterMs: random.int(500, 8_000) })),
    ending: random.pick(ENDINGS),
  }))
}

function describe({ jobs, blows, ending }: Bout): string {
  const struck = blows.map((blow) => `${blow.kind} after ${blow.afterMs} ms`).join(', ')
  return `${jobs.map((job) => job.name).join(' and ')}: ${struck}; then ${ending}`
}
