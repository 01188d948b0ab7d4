import { EXIT, FlinkopsError } from '../../src/lib/errors.js'
import { keyOfCopy, listCopies } from '../../src/lib/operations/copies.js'
import { putBackKept } from '../../src/lib/operations/execute-put-back.js'
import { executeRun } from '../../src/lib/operations/execute-run.js'
import type { ExecuteResult } from '../../src/lib/operations/execution.js'
import { gatherJobs } from '../../src/lib/operations/gather-jobs.js'
import { FROM_ELSEWHERE, loadRun } from '../../src/lib/operations/load-run.js'
import { checkNamed, type PlannedCleanup, planCleanup } from '../../src/lib/operations/plan-cleanup.js'
import { recheckCleanup } from '../../src/lib/operations/recheck-cleanup.js'
import { containersOf, recordOf } from '../../src/lib/operations/run-record.js'
import { undoRun } from '../../src/lib/operations/undo-run.js'
import { wavesOf } from '../../src/lib/operations/waves.js'
import type { RunJournal } from '../../src/lib/ports-runs.js'
import { Confirmed, narrow } from '../../src/lib/state/confirmed.js'
import { locationKey } from '../../src/lib/state/location.js'
import { Checks, expiredIn } from './checks.js'
import type { CleanUpSettings, Machine } from './clean-up-settings.js'
import { Desk, keyOf } from './desk.js'
import type { SimJob } from './job.js'
import { directoryOf } from './paths.js'
import { SimEraser } from './ports.js'
import { SimRuns, SimStorage } from './storage.js'
import { sees as seesJob } from './watch.js'
import type { CleanupPhase, World } from './world.js'

export type CleanUp =
  | { state: 'refused'; guards: string[] }
  | { state: 'nothing'; planned: PlannedCleanup }
  | { state: 'aborted'; why: string }
  | { state: 'executed'; planned: PlannedCleanup; result: ExecuteResult; spared: number; amongLiving: number; runId: string }
  | { state: 'killed'; runId: string }

/** One whole run as the command does it, with the world going on at every request. */
export function cleanUp(world: World, machine: Machine, settings: CleanUpSettings): Promise<CleanUp> {
  return during(world, machine, settings, () => new Run(world, machine, settings).run())
}

/** `cleanup --resume <run>`. */
export function resumeCleanUp(world: World, machine: Machine, settings: CleanUpSettings, runId: string): Promise<CleanUp> {
  return during(world, machine, settings, () => new Run(world, machine, { ...settings, named: null, rival: null }).resume(runId))
}

/** `undo <run>`; whether it was done. */
export function undoCleanUp(world: World, machine: Machine, settings: CleanUpSettings, runId: string): Promise<boolean> {
  return new Run(world, machine, settings).undo(runId)
}

async function during(world: World, machine: Machine, settings: CleanUpSettings, run: () => Promise<CleanUp>): Promise<CleanUp> {
  const outer = world.cleanup
  const knowsPoint = (job: SimJob) => machine.journal.told.has('restored', job)
  const sees = (job: SimJob) => seesJob(settings, job)
  world.cleanup = { step: 'planning', expired: new Map(), startedAtMs: world.nowMs, sees, knowsPoint }
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof FlinkopsError) || !world.isWild) throw error
    return { state: 'refused', guards: [error.code] }
  } finally {
    world.cleanup = outer
    world.excused = new Set()
    world.excusesFar = false
  }
}

/** What was confirmed, and how it is put on record. */
interface Confirming {
  runId: string
  containers: { account: string; container: string }[]
  record: () => unknown
}

class Run {
  readonly #world: World
  readonly #machine: Machine
  readonly #desk: Desk
  readonly #checks: Checks
  /** Requests since the execution began. */
  #requests = 0
  #isDead = false
  readonly #settings: CleanUpSettings
  readonly #killed = new AbortController()

  constructor(world: World, machine: Machine, settings: CleanUpSettings) {
    this.#world = world
    this.#machine = machine
    this.#settings = settings
    this.#checks = new Checks(world, machine, settings)
    this.#desk = new Desk(world, machine, settings, this.#pause, this.#checks.watch)
  }

  async run(): Promise<CleanUp> {
    const planned = await this.#plan()
    const { named } = this.#settings
    if (named !== null) checkNamed(planned.plan, new Map(named.map((path) => [keyOf(path), path])))
    const ending = await this.#endsBefore(planned, expiredIn(planned))
    if (ending !== null) return ending
    await this.#rival()
    const record = recordOf(this.#world.nowMs, planned)
    return await this.#execute({ runId: record.runId, containers: containersOf(record), record: () => record }, planned)
  }

  /** Of the plan of then only what the plan of now wants as well. */
  async resume(runId: string): Promise<CleanUp> {
    const { signal } = this.#killed
    const load = () => loadRun({ runId, runs: this.#runs(), recorder: this.#storage(), containers: this.#desk.readers, signal })
    const { record, deleted, isOwn } = await load()
    this.#world.trace(() => `CLEAN-UP goes on with run ${runId}`)
    const all = await this.#plan()
    const listed = await Promise.all(this.#desk.readers.map((place) => listCopies(this.#storage(), place, signal)))
    for (const copy of listed.flatMap(({ copies }) => copies)) deleted.delete(keyOfCopy(copy))
    const rest = new Confirmed(record.waves.flat().filter((one) => !deleted.has(locationKey(one))))
    const planned = { ...all, plan: narrow(all.plan, all.survey, rest).plan }
    const going = new Set(planned.plan.deletes.map(({ blob }) => `${blob.container}/${blob.name}`))
    const ending = await this.#endsBefore(planned, new Map([...expiredIn(planned)].filter(([path]) => going.has(path))))
    if (ending !== null) return ending
    const recordAgain = async () => {
      if (!isOwn) await this.#runs().progress(runId, [FROM_ELSEWHERE])
      return (await load()).record
    }
    return await this.#execute({ runId, containers: containersOf(record), record: recordAgain }, planned)
  }

  async #plan(): Promise<PlannedCleanup> {
    await this.#remember()
    this.#checks.watch.looks()
    this.#world.trace(() => `CLEAN-UP plans, ${this.#askedWords()}`)
    return await planCleanup(this.#desk.planInput(this.#killed.signal))
  }

  /** As the command before it asks; else somebody is asked, and takes a while to answer. */
  async #endsBefore(planned: PlannedCleanup, expired: Map<string, string>): Promise<CleanUp | null> {
    const refusals = planned.plan.guards.filter((guard) => guard.status === 'refuse')
    this.#world.trace(() => `CLEAN-UP planned ${planned.plan.deletes.length} deletes; ${refusals.map((one) => one.message).join('; ')}`)
    const wanted = new Set(refusals.length > 0 ? [] : planned.plan.deletes.map(({ blob }) => locationKey(blob)))
    await putBackKept({ places: this.#desk.readers, wanted, storage: this.#storage(), signal: this.#killed.signal })
    if (refusals.length > 0) return { state: 'refused', guards: refusals.map((guard) => guard.name) }
    this.#checks.plans(planned, expired)
    if (planned.plan.deletes.length === 0) return { state: 'nothing', planned }
    this.#enter('planned', expired)
    this.#world.advance(this.#world.random.int(0, 25))
    return null
  }

  async undo(runId: string): Promise<boolean> {
    const { signal } = this.#killed
    try {
      const loading = { runId, runs: this.#runs(), recorder: this.#storage(), containers: this.#desk.readers, signal }
      const { record, untouched } = await loadRun(loading)
      const { readers, cluster, journal } = this.#desk.planInput(signal)
      const looks = async () => ({ readers, gathered: await gatherJobs({ ...cluster, history: null, journal, signal }) })
      await undoRun({ record, untouched, looks, storage: this.#storage(), signal })
    } catch (error) {
      if (error instanceof FlinkopsError) return false
      throw error
    }
    this.#checks.raise()
    return true
  }

  async #execute(run: Confirming, planned: PlannedCleanup): Promise<CleanUp> {
    const { runId } = run
    const restorable = this.#world.wholeSnapshots()
    let spared = 0
    try {
      const result = await executeRun({
        ...run,
        recheck: async (signal) => {
          const checked = await this.#recheck(planned, signal)
          this.#world.trace(() => `CLEAN-UP re-check says ${checked.state === 'go' ? `go, ${checked.left.length} left` : checked.why}`)
          if (checked.state === 'go') spared = checked.left.filter((one) => one.outcome === 'spared').length
          this.#enter('deleting')
          return checked
        },
        storage: this.#storage(),
        runs: this.#runs(),
        signal: this.#killed.signal,
        sleep: this.#pause,
        now: () => this.#world.nowMs,
      })
      this.#checks.raise()
      if (this.#isDead) return this.#dies(runId)
      this.#checks.leaves(planned, restorable)
      this.#checks.watch.ends(result.stopped)
      return { state: 'executed', planned, result, spared, amongLiving: this.#checks.amongLiving, runId }
    } catch (error) {
      this.#checks.raise()
      if (this.#isDead) return this.#dies(runId)
      if (error instanceof FlinkopsError && error.code === 'RECHECK') return { state: 'aborted', why: error.message }
      throw error
    }
  }

  /** What it held is free for others after a while. */
  #dies(runId: string): CleanUp {
    this.#world.trace(() => `CLEAN-UP ${runId} is killed`)
    this.#checks.watch.ends(true)
    this.#world.interrupted = [...(this.#world.cleanup?.expired.keys() ?? [])].map(directoryOf)
    for (const [container, holder] of [...this.#world.locks]) if (holder === runId) this.#world.locks.delete(container)
    return { state: 'killed', runId }
  }

  /** The journal has what was asked for through the tool, whatever Flink made of it. */
  async #remember(): Promise<void> {
    for (const { jobId, path } of this.#world.askedRestores.splice(0)) await this.#machine.journal.rememberRestore(jobId, path)
  }

  async #rival(): Promise<void> {
    const { rival } = this.#settings
    if (rival === null) return
    this.#world.trace(() => 'ANOTHER CLEAN-UP comes between')
    await cleanUp(this.#world, rival.machine, { ...rival.settings, rival: null })
    this.#world.trace(() => 'ANOTHER CLEAN-UP is done')
  }

  #askedWords(): string {
    const { graceMs, exclusive, asks, policy, named, job, onlyRoots } = this.#settings
    const answers = this.#world.clusters.map((one) => `${one.settings.id} ${asks.includes(one.settings.id) ? one.answers : 'not asked'}`)
    const flags = JSON.stringify({ exclusive, ...policy, named, job, onlyRoots })
    return `grace ${graceMs / 3_600_000} h, ${answers.join(', ')}, ${flags}`
  }

  #runs(): RunJournal {
    return this.#world.isWild ? new SimRuns(this.#machine.runs, this.#pause) : NO_JOURNAL
  }

  #storage(): SimStorage {
    return new SimStorage(this.#world, this.#world.isWild ? this.#pause : () => Promise.resolve(), {
      eraser: (container) => this.#eraser(container),
      // What a clean-up took itself it may put back.
      beforeUndelete: (path) => (this.#world.cleanup === null ? this.#checks.undeletes(path) : undefined),
    })
  }

  async #recheck({ plan }: PlannedCleanup, signal: AbortSignal) {
    this.#checks.watch.looks()
    if (this.#settings.fault === 'no-recheck') return { state: 'go' as const, waves: wavesOf(plan), left: [] }
    this.#enter('rechecking')
    const input = this.#desk.planInput(signal)
    const { cluster, journal } = input
    const again = async () => ({ planned: await planCleanup(input), cluster, journal })
    return await recheckCleanup({ plan: again, confirmed: new Confirmed(plan.deletes.map((one) => one.blob)), signal })
  }

  #enter(step: CleanupPhase['step'], expired?: Map<string, string>): void {
    const { cleanup } = this.#world
    if (cleanup === null) return
    cleanup.step = step
    if (expired !== undefined) cleanup.expired = expired
    if (step === 'rechecking') cleanup.lookedAtMs = this.#world.nowMs
  }

  #eraser(container: string): SimEraser {
    const { busyShare, fault } = this.#settings
    const beforeDelete = (path: string) => this.#checks.deletes(path)
    return new SimEraser(this.#world, container, this.#pause, { beforeDelete, busyShare, ignoresEtag: fault === 'no-if-match' })
  }

  readonly #pause = (): Promise<void> => {
    const { random } = this.#world
    const { killAt } = this.#settings
    const step = this.#world.cleanup?.step
    if (killAt !== null && (step === 'rechecking' || step === 'deleting') && ++this.#requests >= killAt) this.#isDead = true
    if (this.#isDead) return Promise.reject(new FlinkopsError('killed', { code: 'KILLED', exitCode: EXIT.interrupted }))
    this.#world.advance(random.chance(this.#settings.pace) ? random.int(1, 4) : 0)
    if (this.#world.cleanup?.step === 'deleting' && random.chance(this.#settings.killShare)) this.#killed.abort()
    return Promise.resolve()
  }
}

const NO_JOURNAL: RunJournal = {
  planned: () => Promise.resolve(),
  progress: () => Promise.resolve(),
  plan: () => Promise.resolve(null),
  entries: () => Promise.resolve([]),
  runs: () => Promise.resolve([]),
}
