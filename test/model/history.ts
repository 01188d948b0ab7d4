import type { PlannedCleanup } from '../../src/lib/operations/plan-cleanup.js'
import { plainAsk, quietAsk, wildAsk } from './asking.js'
import { type CleanUp, cleanUp, resumeCleanUp, undoCleanUp } from './clean-up.js'
import type { CleanUpSettings, DriverFault, Machine } from './clean-up-settings.js'
import { CannotFailOver } from './crash.js'
import { people } from './people.js'
import { SimJournal } from './ports.js'
import { Random } from './random.js'
import { type Context, newScene, newWildScene, type Scene } from './scene.js'
import { deployFresh } from './submit.js'
import { addTally, newTally, type Tally } from './tally.js'
import { checkTruthFreed } from './thrift-truth.js'
import { idle } from './timeouts.js'
import { Violation, type ViolationKind } from './violation.js'
import { Watch } from './watch.js'
import { World } from './world.js'

export interface HistoryOptions {
  /**
   * Holds clean-ups against the truth about ways back, in a world in which more goes wrong. Without it the plan's word is taken for what was
   * given up. Absent: as `FLINKOPS_MODEL_TRUTH` says.
   */
  truth?: boolean
  fault?: DriverFault
  /** The truth is whispered to the tool as pins: what breaks then is not the choice of what stays. */
  withOracle?: boolean
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
  readonly #options: HistoryOptions
  readonly #scene: Scene
  /** By context; with a second one each, from which somebody else goes on. */
  readonly #machines: Machine[] = [newMachine(), newMachine()]
  readonly #killed: string[] = []
  #done: string | null = null

  constructor(seed: number, options: HistoryOptions, log: string[] | null) {
    this.#random = new Random(seed)
    this.#options = options
    const isWild = options.truth ?? process.env['FLINKOPS_MODEL_TRUTH'] === '1'
    this.#scene = isWild ? newWildScene(this.#random) : newScene(this.#random)
    this.#world = new World(this.#random, this.#scene.clusters, log, isWild)
    if (!isWild) return
    if (this.#random.chance(0.8)) this.#world.store.keepDeleted()
    this.#world.hasVersions = this.#random.chance(0.3)
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
    if (this.#world.isWild) return this.#cleanUpWildly()
    const settings = plainAsk(this.#random, this.#context(), this.#options)
    const done = await this.#run(settings)
    if (done !== null && done.state !== 'refused' && this.#random.chance(0.15)) await this.#runTwiceInQuiet(settings)
  }

  /** Also goes on with runs that were killed, and takes back what was done. */
  async #cleanUpWildly(): Promise<void> {
    const context = this.#context()
    const settings = wildAsk(this.#world, context, this.#machines, this.#options)
    const machine = this.#machine()
    const killed = this.#killed.at(-1)
    if (this.#done !== null && this.#random.chance(0.2)) await undoCleanUp(this.#world, machine, settings, this.#done)
    const isResumed = killed !== undefined && this.#random.chance(0.5)
    const done = isResumed
      ? await resumeCleanUp(this.#world, machine, settings, this.#killed.pop() ?? killed)
      : await cleanUp(this.#world, machine, settings)
    addTally(this.tally, done)
    if (done.state === 'killed') this.#killed.push(done.runId)
    this.#done = done.state === 'executed' ? done.runId : null
  }

  #context(): Context {
    const [first, ...others] = this.#scene.contexts
    if (first === undefined) throw new RangeError('nobody has a configuration')
    return others.length === 0 ? first : this.#random.pick(this.#scene.contexts)
  }

  /** Mostly the same. */
  #machine(): Machine {
    const [first = newMachine(), second = first] = this.#machines
    return this.#world.isWild && this.#random.chance(0.15) ? second : first
  }

  /** Some weeks later nothing moves any more: what the rules let go is gone, and a second run finds nothing. */
  async #end(): Promise<void> {
    if (this.#options.withoutCleanUp === true) return
    this.#world.kill((process) => process.label === 'people')
    this.#world.advance(150)
    idle(this.#world, 15 * DAY_MS)
    for (const cluster of this.#world.clusters) cluster.answers = 'itself'
    const asked = plainAsk(this.#random, this.#context(), this.#options)
    const settings = { ...asked, maxShare: 1, killShare: 0, busyShare: 0 }
    const quiet = { ...settings, policy: { ...settings.policy, checkpointsMs: DAY_MS, keepLast: 1, savepointsMs: null } }
    await this.#runTwiceInQuiet(quiet)
    if (this.#world.isWild) new Watch(this.#world, quiet, this.#machine().journal.told).settles()
  }

  async #runTwiceInQuiet(asked: CleanUpSettings): Promise<void> {
    const settings = quietAsk(asked)
    const machine = this.#machine()
    while (this.#world.copying.size > 0) this.#world.advance(1)
    this.#world.isFrozen = true
    const first = await this.#run(settings, machine)
    if (first.state === 'executed' || first.state === 'nothing') this.#checkFreed(first, settings, machine)
    const second = await this.#run(settings, machine)
    this.#world.isFrozen = false
    if (second.state === 'executed') {
      const [left] = second.planned.plan.deletes ?? []
      throw new Violation('unrest', `a second run right after the first still deletes, for example ${left?.blob.name} (${left?.reason})`)
    }
  }

  #checkFreed({ planned }: { planned: PlannedCleanup }, settings: CleanUpSettings, machine: Machine): void {
    checkTruthFreed(this.#world, planned, settings, machine.journal.told)
  }

  async #run(settings: CleanUpSettings, machine = this.#machine()): Promise<CleanUp> {
    const done = await cleanUp(this.#world, machine, settings)
    addTally(this.tally, done)
    return done
  }

  #someTime(): number {
    return this.#random.pick([HOUR_MS, 9 * HOUR_MS, DAY_MS, 2 * DAY_MS, 4 * DAY_MS, 9 * DAY_MS])
  }
}

function newMachine(): Machine {
  return { journal: new SimJournal(), runs: new Map() }
}
