import { EXIT, FlinkopsError } from '../../src/lib/errors.js'
import { executeRun } from '../../src/lib/operations/execute-run.js'
import type { Deletion, ExecuteResult } from '../../src/lib/operations/execution.js'
import { type PlanCleanupInput, type PlannedCleanup, planCleanup } from '../../src/lib/operations/plan-cleanup.js'
import { recheckCleanup } from '../../src/lib/operations/recheck-cleanup.js'
import { containersOf, recordOf } from '../../src/lib/operations/run-record.js'
import type { ArchivedJob } from '../../src/lib/ports.js'
import type { HeldLock } from '../../src/lib/ports-lock.js'
import type { RunJournal } from '../../src/lib/ports-runs.js'
import { Confirmed } from '../../src/lib/state/confirmed.js'
import { NO_WINDOWS } from '../../src/lib/state/windows.js'
import { neededPaths } from './needs.js'
import { ACCOUNT, containerOf, nameOf } from './paths.js'
import { SimEraser, type SimJournal, SimReader } from './ports.js'
import { type RestErrors, SimRest } from './rest.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import { Violation } from './violation.js'
import type { World } from './world.js'

/** Planted in the driver; the other faults are patches of the source. */
export type DriverFault = 'grace-0' | 'no-if-match' | 'no-recheck' | 'marks-under-roots'

export interface CleanUpSettings {
  containers: string[]
  roots: string[]
  exclusive: boolean
  policy: PlanCleanupInput['policy']
  graceMs: number
  maxShare: number
  pageSize: number
  /** Share of requests during which the world goes on. */
  pace: number
  /** Share of deletes that meet a busy service. */
  busyShare: number
  /** Chance, after each request of the execution, that the process is killed. */
  killShare: number
  fault: DriverFault | null
}

export type CleanUp =
  | { state: 'refused'; guards: string[] }
  | { state: 'nothing'; planned: PlannedCleanup }
  | { state: 'aborted'; why: string }
  | { state: 'executed'; planned: PlannedCleanup; result: ExecuteResult; spared: number; amongLiving: number }

const ERRORS: RestErrors = {
  unreachable: (url) => new FlinkopsError(`${url} does not answer`, { code: 'UNREACHABLE', exitCode: EXIT.unreachable }),
  initializing: (jobId) => new FlinkopsError(`job ${jobId} is initializing`, { code: 'JOB_INITIALIZING', exitCode: EXIT.failedOnCluster }),
}

/** One whole run as the command does it, with the world going on at every request. */
export async function cleanUp(world: World, journal: SimJournal, settings: CleanUpSettings): Promise<CleanUp> {
  try {
    return await new Run(world, journal, settings).run()
  } finally {
    world.cleanup = null
  }
}

class Run {
  readonly #world: World
  readonly #journal: SimJournal
  readonly #settings: CleanUpSettings
  readonly #violations: Violation[] = []
  readonly #readers: SimReader[]
  readonly #killed = new AbortController()
  /** Paths that this run deleted. */
  readonly #deleted = new Set<string>()
  /** Blobs deleted in trees of jobs that live. */
  #amongLiving = 0

  constructor(world: World, journal: SimJournal, settings: CleanUpSettings) {
    this.#world = world
    this.#journal = journal
    this.#settings = settings
    const reading = {
      pageSize: settings.pageSize,
      softDeleteDays: 14,
      hides: (path: string) => settings.fault === 'marks-under-roots' && isStrayMetadata(path, settings.roots),
    }
    this.#readers = settings.containers.map((container) => new SimReader(world, container, this.#pause, reading))
  }

  async run(): Promise<CleanUp> {
    const startedAtMs = this.#world.nowMs
    this.#world.cleanup = { step: 'planning', expired: new Map(), startedAtMs }
    this.#world.trace(() => `CLEAN-UP plans, grace ${this.#settings.graceMs / 3_600_000} h`)
    const planned = await planCleanup(this.#planInput())
    const refusals = planned.plan.guards.filter((guard) => guard.status === 'refuse')
    this.#world.trace(() => `CLEAN-UP planned ${planned.plan.deletes.length} deletes; ${refusals.map((one) => one.message).join('; ')}`)
    if (refusals.length > 0) return { state: 'refused', guards: refusals.map((guard) => guard.name) }
    const expired = expiredIn(planned)
    this.#world.cleanup = { step: 'planned', expired, startedAtMs }
    this.#checkPlan(planned, startedAtMs)
    if (planned.plan.deletes.length === 0) return { state: 'nothing', planned }
    this.#world.advance(this.#world.random.int(0, 25))
    return await this.#execute(planned)
  }

  async #execute(planned: PlannedCleanup): Promise<CleanUp> {
    const restorable = this.#restorableNow()
    let spared = 0
    try {
      const record = recordOf(this.#world.nowMs, planned)
      const result = await executeRun({
        runId: record.runId,
        record: () => record,
        containers: containersOf(record),
        recheck: async (signal) => {
          const checked = await this.#recheck(planned, record.waves, signal)
          this.#world.trace(() => `CLEAN-UP re-check says ${checked.state === 'go' ? `go, ${checked.left.length} left` : checked.why}`)
          if (checked.state === 'go') spared = checked.left.filter((one) => one.outcome === 'spared').length
          this.#enter('deleting')
          return checked
        },
        storage: {
          eraser: (_, container) => Promise.resolve(this.#eraser(container)),
          acquire: () => Promise.resolve(freeLock()),
          record: () => Promise.resolve(),
          recorded: () => Promise.resolve(null),
        },
        runs: NO_JOURNAL,
        signal: this.#killed.signal,
        sleep: this.#pause,
      })
      this.#raise()
      this.#checkAddressable(planned, restorable)
      return { state: 'executed', planned, result, spared, amongLiving: this.#amongLiving }
    } catch (error) {
      this.#raise()
      if (error instanceof FlinkopsError && error.code === 'RECHECK') return { state: 'aborted', why: error.message }
      throw error
    }
  }

  async #recheck({ plan }: PlannedCleanup, waves: Deletion[][], signal: AbortSignal) {
    if (this.#settings.fault === 'no-recheck') return { state: 'go' as const, waves, left: [] }
    this.#enter('rechecking')
    const input = { ...this.#planInput(), signal }
    const { cluster, journal } = input
    const again = async () => ({ planned: await planCleanup(input), cluster, journal })
    return await recheckCleanup({ plan: again, confirmed: new Confirmed(plan.deletes.map((one) => one.blob)), signal })
  }

  #enter(step: 'rechecking' | 'deleting'): void {
    if (this.#world.cleanup !== null) this.#world.cleanup.step = step
  }

  #planInput(): PlanCleanupInput {
    const { settings, ...world } = { settings: this.#settings, clusters: this.#world.clusters.filter((one) => one.settings.isListed) }
    return {
      readers: this.#readers,
      cluster: {
        jobManagers: world.clusters.map((cluster) => new SimRest(this.#world, cluster, ERRORS, this.#pause)),
        history: { where: 'the history directory', jobs: () => this.#archives() },
      },
      journal: this.#journal,
      roots: settings.roots.map((path) => ({ account: ACCOUNT, container: containerOf(path), name: nameOf(path) })),
      exclusive: settings.exclusive,
      policy: settings.policy,
      job: null,
      windows: async () => NO_WINDOWS,
      graceMs: settings.fault === 'grace-0' ? 0 : settings.graceMs,
      maxShare: settings.maxShare,
      withoutSoftDelete: false,
      now: () => this.#world.nowMs,
      signal: this.#killed.signal,
    }
  }

  async #archives(): Promise<ArchivedJob[]> {
    await this.#pause()
    return this.#world.clusters.flatMap((cluster) =>
      cluster.archives.map((archive) => ({
        ...archive,
        lastSavepointPath: null,
        lastCheckpointPath: null,
        changelogEnabled: null,
        checkpointTimeoutMs: null,
      })),
    )
  }

  #eraser(container: string): SimEraser {
    const { busyShare, fault } = this.#settings
    const beforeDelete = (path: string) => this.#checkDelete(path)
    return new SimEraser(this.#world, container, this.#pause, { beforeDelete, busyShare, ignoresEtag: fault === 'no-if-match' })
  }

  readonly #pause = (): Promise<void> => {
    const { random } = this.#world
    this.#world.advance(random.chance(this.#settings.pace) ? random.int(1, 4) : 0)
    if (this.#world.cleanup?.step === 'deleting' && random.chance(this.#settings.killShare)) this.#killed.abort()
    return Promise.resolve()
  }

  /** No blob goes that anybody needs at that moment. */
  #checkDelete(path: string): void {
    const expired = this.#world.cleanup?.expired ?? new Map<string, string>()
    const why = neededPaths(this.#world, { expired }).get(path)
    if (this.#world.livingJobs().some((job) => path.startsWith(`${job.tree}/`))) this.#amongLiving++
    if (why === undefined) {
      this.#deleted.add(path)
      return
    }
    const violation = new Violation('loss', `deleted ${path}, but ${why}`)
    this.#violations.push(violation)
    throw violation
  }

  /** The plan alone is right already, but for jobs that were submitted since it began: those are for the re-check to see. */
  #checkPlan(planned: PlannedCleanup, startedSinceMs: number): void {
    const needed = neededPaths(this.#world, { expired: this.#world.cleanup?.expired ?? new Map(), startedSinceMs })
    for (const { blob } of planned.plan.deletes) {
      const path = `${blob.container}/${blob.name}`
      const why = needed.get(path)
      if (why !== undefined && this.#world.store.get(path)?.etag === blob.etag) throw new Violation('loss', `planned ${path}, but ${why}`)
    }
  }

  #restorableNow(): SimSnapshot[] {
    return [...this.#world.snapshots.values()].filter((one) => isRestorable(one, this.#world.store))
  }

  /** A snapshot that was given up is gone, or whole but for what Flink itself discarded meanwhile: never there and broken by the run. */
  #checkAddressable(planned: PlannedCleanup, before: SimSnapshot[]): void {
    const expired = expiredIn(planned)
    for (const snapshot of before) {
      const etag = this.#world.metadataBlob(snapshot)?.etag
      if (etag === undefined || expired.get(`${snapshot.directory}/_metadata`) !== etag || isRestorable(snapshot, this.#world.store))
        continue
      if (![...snapshot.writtenFiles.keys()].some((path) => this.#deleted.has(path))) continue
      if (this.#world.livingJobs().some((job) => job.completed.includes(snapshot))) continue
      throw new Violation('loss', `${snapshot.directory} is still there, but does not restore any more`)
    }
  }

  #raise(): void {
    const [first] = this.#violations
    if (first !== undefined) throw first
  }
}

function expiredIn(planned: PlannedCleanup): Map<string, string> {
  const expired = new Map<string, string>()
  for (const { snapshot, verdict } of planned.plan.decisions) {
    const { directory, etag } = snapshot
    if (verdict === 'expire' && etag !== null) expired.set(`${directory.container}/${directory.name}/_metadata`, etag)
  }
  return expired
}

/** `_metadata` outside the roots. */
function isStrayMetadata(path: string, roots: string[]): boolean {
  return path.endsWith('/_metadata') && !roots.some((root) => path.startsWith(`${root}/`))
}

function freeLock(): HeldLock {
  return { lost: new AbortController().signal, release: () => Promise.resolve() }
}

const NO_JOURNAL: RunJournal = {
  planned: () => Promise.resolve(),
  progress: () => Promise.resolve(),
  plan: () => Promise.resolve(null),
  entries: () => Promise.resolve([]),
  runs: () => Promise.resolve([]),
}
