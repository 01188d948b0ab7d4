import { type CleanUp, type CleanUpSettings, cleanUp, type DriverFault } from './clean-up.js'
import type { ClusterSettings } from './cluster.js'
import { CannotFailOver } from './crash.js'
import { deployFresh, people } from './people.js'
import { SimJournal } from './ports.js'
import { Random } from './random.js'
import { addTally, newTally, type Tally } from './tally.js'
import { checkFreed } from './thrift.js'
import { idle } from './timeouts.js'
import { Violation, type ViolationKind } from './violation.js'
import { World } from './world.js'

export interface HistoryOptions {
  fault?: DriverFault
  /** Nobody cleans up: whatever breaks then, the model broke itself. */
  withoutCleanUp?: boolean
  withTrace?: boolean
}

export interface History {
  seed: number
  /** `null`: every invariant held. */
  violation: { kind: ViolationKind; message: string } | null
  tally: Tally
  trace: string[]
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** One history, the same for the same seed: clusters, jobs and people, with clean-ups in between. */
export async function runHistory(seed: number, options: HistoryOptions = {}): Promise<History> {
  const trace: string[] = []
  const teller = new Teller(seed, options, options.withTrace === true ? trace : null)
  try {
    await teller.tell()
    return { seed, violation: null, tally: teller.tally, trace }
  } catch (error) {
    if (!(error instanceof Violation) && !(error instanceof CannotFailOver)) throw error
    const kind = error instanceof Violation ? error.kind : 'loss'
    return { seed, violation: { kind, message: error.message }, tally: teller.tally, trace }
  }
}

class Teller {
  readonly tally = newTally()
  readonly #random: Random
  readonly #world: World
  readonly #journal = new SimJournal()
  readonly #options: HistoryOptions
  readonly #scene: Scene

  constructor(seed: number, options: HistoryOptions, log: string[] | null) {
    this.#random = new Random(seed)
    this.#options = options
    this.#scene = newScene(this.#random)
    this.#world = new World(this.#random, this.#scene.clusters, log)
  }

  async tell(): Promise<void> {
    for (let jobs = this.#random.int(1, 3); jobs > 0; jobs--) deployFresh(this.#world)
    this.#world.start({ label: 'people', clusterId: null, jobKey: null }, people(this.#world))
    for (let chapters = this.#random.int(3, 6); chapters > 0; chapters--) {
      this.#world.advance(this.#random.int(20, 160))
      if (this.#random.chance(0.6)) idle(this.#world, this.#someTime())
      if (this.#random.chance(0.7)) await this.#cleanUp()
    }
    await this.#end()
  }

  async #cleanUp(): Promise<void> {
    if (this.#options.withoutCleanUp === true) return
    while (this.#world.copying.size > 0) this.#world.advance(1)
    const settings = this.#settings()
    const done = await this.#run(settings)
    if (done !== null && done.state !== 'refused' && this.#random.chance(0.15)) await this.#runTwiceInQuiet(settings)
  }

  /** Some weeks later nothing moves any more: what the rules let go is gone, and a second run finds nothing. */
  async #end(): Promise<void> {
    if (this.#options.withoutCleanUp === true) return
    this.#world.kill((process) => process.label === 'people')
    this.#world.advance(150)
    idle(this.#world, 15 * DAY_MS)
    const settings = { ...this.#settings(), maxShare: 1, killShare: 0, busyShare: 0 }
    await this.#runTwiceInQuiet({ ...settings, policy: { ...settings.policy, checkpointsMs: DAY_MS, keepLast: 1, savepointsMs: null } })
  }

  async #runTwiceInQuiet(asked: CleanUpSettings): Promise<void> {
    const settings = { ...asked, killShare: 0, busyShare: 0 }
    while (this.#world.copying.size > 0) this.#world.advance(1)
    this.#world.isFrozen = true
    const first = await this.#run(settings)
    if (first.state === 'executed' || first.state === 'nothing') checkFreed(this.#world, first.planned, settings)
    const second = await this.#run(settings)
    this.#world.isFrozen = false
    if (second.state === 'executed') {
      const [left] = second.planned.plan.deletes
      throw new Violation('unrest', `a second run right after the first still deletes, for example ${left?.blob.name} (${left?.reason})`)
    }
  }

  async #run(settings: CleanUpSettings): Promise<CleanUp> {
    const done = await cleanUp(this.#world, this.#journal, settings)
    addTally(this.tally, done)
    return done
  }

  #someTime(): number {
    return this.#random.pick([HOUR_MS, 9 * HOUR_MS, DAY_MS, 2 * DAY_MS, 4 * DAY_MS, 9 * DAY_MS])
  }

  #settings(): CleanUpSettings {
    const random = this.#random
    return {
      containers: this.#scene.containers,
      roots: this.#scene.roots,
      exclusive: this.#scene.isExclusive,
      policy: {
        checkpointsMs: random.pick([HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS]),
        savepointsMs: random.pick([null, null, DAY_MS, 5 * DAY_MS]),
        keepLast: random.int(1, 3),
        unnamedMs: random.pick([null, null, 7 * DAY_MS]),
        alsoLast: new Set(),
        pins: new Set(),
      },
      graceMs: random.pick([DAY_MS, DAY_MS, 3 * DAY_MS]),
      maxShare: random.chance(0.9) ? 1 : 0.3,
      pageSize: random.pick([3, 6, 12, 40]),
      pace: random.pick([0, 0.05, 0.1, 0.2, 0.4]),
      busyShare: random.chance(0.3) ? 0.1 : 0,
      killShare: random.chance(0.15) ? 0.1 : 0,
      fault: this.#options.fault ?? null,
    }
  }
}

interface Scene {
  clusters: ClusterSettings[]
  containers: string[]
  roots: string[]
  isExclusive: boolean
}

/** One or two clusters in one or two containers; the second may be one that flinkops does not know. */
function newScene(random: Random): Scene {
  const first = newCluster(random, 'blue', 'flink/prod', true)
  if (random.chance(0.5)) return sceneOf(random, [first], [first])
  const isListed = random.chance(0.5)
  const second = newCluster(random, 'green', random.chance(0.5) ? 'flink/prod' : random.pick(['flink/other', 'side/other']), isListed)
  // The roots of an unlisted cluster may be unknown too; its `_metadata` lie in surveyed containers all the same.
  return sceneOf(random, [first, second], isListed || random.chance(0.4) ? [first, second] : [first])
}

function sceneOf(random: Random, clusters: ClusterSettings[], rooted: ClusterSettings[]): Scene {
  const paths = (some: ClusterSettings[]) => some.flatMap((one) => [one.checkpointRoot, one.savepointRoot, one.dstlRoot])
  return {
    clusters,
    containers: [...new Set(paths(clusters).map((path) => path.slice(0, path.indexOf('/'))))],
    roots: [...new Set(paths(rooted))],
    isExclusive: clusters.every((one) => one.isListed) && random.chance(0.4),
  }
}

function newCluster(random: Random, id: string, base: string, isListed: boolean): ClusterSettings {
  return {
    id,
    isListed,
    checkpointRoot: `${base}/checkpoints`,
    savepointRoot: `${base}/savepoints`,
    dstlRoot: `${base}/dstl`,
    spelling: random.pick(['wasbs', 'wasbs', 'abfss', 'wasb']),
    hasHighAvailability: random.chance(0.4),
    writesArchives: random.chance(0.6),
  }
}
