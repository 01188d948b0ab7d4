import type { CleanUpSettings, DriverFault, Machine } from './clean-up-settings.js'
import { metadataOf } from './paths.js'
import type { Random } from './random.js'
import type { Context } from './scene.js'
import type { World } from './world.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What is done to the driver on purpose. */
export interface Planted {
  fault?: DriverFault
  withOracle?: boolean
}

/** What somebody gives the tool for one clean-up, with the flags of the everyday. */
export function plainAsk(random: Random, context: Context, planted: Planted): CleanUpSettings {
  return {
    ...context,
    policy: {
      checkpointsMs: random.pick([HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS]),
      savepointsMs: random.pick([null, null, DAY_MS, 5 * DAY_MS]),
      keepLast: random.int(1, 3),
      abandonedMs: random.pick([null, null, 7 * DAY_MS]),
      alsoLast: new Set(),
    },
    graceMs: random.pick([DAY_MS, DAY_MS, 3 * DAY_MS]),
    maxShare: random.chance(0.9) ? 1 : 0.3,
    pageSize: random.pick([3, 6, 12, 40]),
    pace: random.pick([0, 0.05, 0.1, 0.2, 0.4]),
    busyShare: random.chance(0.3) ? 0.1 : 0,
    killShare: random.chance(0.15) ? 0.1 : 0,
    fault: planted.fault ?? null,
    withOracle: planted.withOracle === true,
    ...NOTHING_SPECIAL,
  }
}

const NOTHING_SPECIAL = {
  onlyRoots: null,
  dead: new Set<string>(),
  held: new Map<string, string>(),
  holdsByPins: true,
  job: null,
  named: null,
  killAt: null,
  clockAheadMs: 0,
  rival: null,
}

/** The same without everything that a person asked for by name, and without mishaps: what is left follows from the rules alone. */
export function quietAsk(asked: CleanUpSettings): CleanUpSettings {
  const policy = { ...asked.policy, alsoLast: new Set<string>() }
  return { ...asked, ...NOTHING_SPECIAL, policy, killShare: 0, busyShare: 0 }
}

/** With the flags that few use, and with what goes wrong on the way. */
export function wildAsk(world: World, context: Context, machines: Machine[], planted: Planted): CleanUpSettings {
  const { random } = world
  const asked = plainAsk(random, context, planted)
  asked.policy.savepointsMs = random.pick([null, DAY_MS, 5 * DAY_MS])
  if (random.chance(0.08)) asked.policy.alsoLast = new Set(someEnded(world))
  asked.policy.abandonedMs = random.chance(0.15) ? random.pick([4 * DAY_MS, 12 * DAY_MS]) : null
  if (random.chance(world.interrupted.length > 0 ? 0.6 : 0.2)) hold(world, asked)
  if (random.chance(0.7)) asked.dead = unreadable(world)
  if (random.chance(0.08)) asked.onlyRoots = [random.pick(context.roots)]
  if (random.chance(0.08)) asked.job = random.pick(world.jobs).settings.jobId
  if (random.chance(0.08)) asked.named = someWhole(world)
  if (random.chance(0.2)) asked.killAt = random.int(1, 60)
  if (random.chance(0.1)) asked.clockAheadMs = random.int(-200_000, 200_000)
  if (random.chance(0.06)) asked.rival = { machine: random.pick(machines), settings: plainAsk(random, context, planted) }
  return asked
}

function someEnded(world: World): string[] {
  const living = new Set(world.livingJobs().map((job) => job.settings.jobId))
  const ended = world.jobs.map((job) => job.settings.jobId).filter((id) => !living.has(id))
  return ended.length === 0 ? [] : [world.random.pick(ended)]
}

function someWhole(world: World): string[] | null {
  const whole = world.wholeSnapshots()
  return whole.length === 0 ? null : [world.random.pick(whole).directory]
}

/** Pins, or what an open maintenance window names. */
function hold(world: World, asked: CleanUpSettings): void {
  asked.holdsByPins = world.random.chance(0.5)
  const why = asked.holdsByPins ? 'it is pinned' : 'an open maintenance window names it'
  // Often just what a run that was cut off is to give up.
  const chosen = world.interrupted.length > 0 ? [world.random.pick(world.interrupted)] : (someWhole(world) ?? [])
  asked.held = new Map(chosen.map((directory) => [directory, why]))
}

/** Somebody looked at what the tool cannot read, and gave it up, as it is now. */
function unreadable(world: World): Set<string> {
  const newer = world.wholeSnapshots().filter(({ bytes }) => bytes[7] === 7)
  return new Set(newer.map((one) => `${metadataOf(one.directory)}#${world.metadataBlob(one)?.etag}`))
}
