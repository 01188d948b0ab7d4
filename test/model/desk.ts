import { EXIT, FlinkopsError } from '../../src/lib/errors.js'
import type { PlanCleanupInput } from '../../src/lib/operations/plan-cleanup.js'
import { withCopies } from '../../src/lib/operations/with-copies.js'
import type { ArchivedJob, ContainerReader } from '../../src/lib/ports.js'
import { type Location, locationKey } from '../../src/lib/state/location.js'
import { NO_WINDOWS, type Windows } from '../../src/lib/state/windows.js'
import { NO_POINTERS } from '../support/no-pointers.js'
import type { CleanUpSettings, Machine } from './clean-up-settings.js'
import { ACCOUNT, containerOf, nameOf } from './paths.js'
import { type Pause, SimReader } from './ports.js'
import { pointOf, type RestErrors, SimRest, tellOverview } from './rest.js'
import { SimRecords } from './storage.js'
import type { Watch } from './watch.js'
import type { World } from './world.js'

const ERRORS: RestErrors = {
  unreachable: (url) => new FlinkopsError(`${url} does not answer`, { code: 'UNREACHABLE', exitCode: EXIT.unreachable }),
  initializing: (jobId) => new FlinkopsError(`job ${jobId} is initializing`, { code: 'JOB_INITIALIZING', exitCode: EXIT.failedOnCluster }),
}

/** What a command puts before a use case: readers, clusters, archives, and what its flags and its configuration say. */
export class Desk {
  readonly #world: World
  readonly #machine: Machine
  readonly #settings: CleanUpSettings
  readonly #pause: Pause
  readonly #watch: Watch
  readonly readers: ContainerReader[]

  constructor(world: World, machine: Machine, settings: CleanUpSettings, pause: Pause, watch: Watch) {
    this.#world = world
    this.#machine = machine
    this.#settings = settings
    this.#pause = pause
    this.#watch = watch
    const reading = {
      pageSize: settings.pageSize,
      softDeleteDays: world.isWild && !world.store.keepsDeleted ? 0 : 14,
      hides: (path: string) => settings.fault === 'marks-under-roots' && isStrayMetadata(path, settings.roots),
    }
    const records = new SimRecords(world, world.isWild ? pause : () => Promise.resolve())
    this.readers = settings.containers.map((container) => withCopies(new SimReader(world, container, pause, reading), records))
  }

  planInput(signal: AbortSignal): PlanCleanupInput {
    const { settings, ...world } = { settings: this.#settings, clusters: this.#world.clusters }
    const asked = world.clusters.filter((one) => settings.asks.includes(one.settings.id))
    const { journal } = this.#machine
    return {
      readers: this.readers,
      cluster: {
        jobManagers: asked.map((cluster) => new SimRest(this.#world, cluster, ERRORS, this.#pause, journal.told)),
        history: { where: 'the history directory', jobs: () => this.#archives() },
      },
      journal,
      roots: (settings.onlyRoots ?? settings.roots).map(locationOf),
      stateRoots: settings.roots.map(locationOf),
      exclusive: settings.exclusive,
      policy: this.#policy(),
      job: settings.job,
      ...(settings.named && { named: new Set(settings.named.map(keyOf)) }),
      windows: () => Promise.resolve(this.#windows()),
      pointers: NO_POINTERS,
      graceMs: settings.fault === 'grace-0' ? 0 : settings.graceMs,
      maxShare: settings.maxShare,
      withoutSoftDelete: this.#world.isWild && !this.#world.store.keepsDeleted,
      now: () => this.#world.nowMs + settings.clockAheadMs,
      signal,
    }
  }

  #policy(): PlanCleanupInput['policy'] {
    const { policy, held, holdsByPins, dead, withOracle } = this.#settings
    const pinned = [...(holdsByPins ? held.keys() : []), ...(withOracle ? this.#watch.lastWays() : [])]
    const pins = new Set(pinned.map(keyOf))
    const deadKeys = new Set([...dead].map((path) => `${ACCOUNT}/${path}`))
    return { ...policy, pins, dead: deadKeys }
  }

  #windows(): Windows {
    const { held, holdsByPins } = this.#settings
    return holdsByPins ? NO_WINDOWS : { named: new Map([...held].map(([directory, why]) => [keyOf(directory), why])), unreadable: [] }
  }

  async #archives(): Promise<ArchivedJob[]> {
    await this.#pause()
    return this.#world.clusters.flatMap((cluster) =>
      cluster.archives.map(({ runKey, ...archive }) => ({
        ...this.#toldOf(runKey, archive),
        ...(this.#world.isWild ? {} : { lastSavepointPath: null, lastCheckpointPath: null }),
        changelogEnabled: null,
        checkpointTimeoutMs: null,
        externalized: this.#externalizedOf(runKey),
      })),
    )
  }

  #externalizedOf(runKey: number): ArchivedJob['externalized'] {
    const job = this.#world.jobs[runKey]
    if (job === undefined || !this.#world.isWild) return null
    this.#machine.journal.told.add('config', job)
    return { enabled: true, deleteOnCancellation: job.settings.deletesOnCancel }
  }

  #toldOf<A extends { restoredFrom: string | null; lastSavepointPath: string | null }>(runKey: number, archive: A): A {
    const job = this.#world.jobs[runKey]
    const { told } = this.#machine.journal
    if (job === undefined) return archive
    tellOverview(told, job)
    if (archive.restoredFrom !== null && archive.restoredFrom === pointOf(job)) told.add('restored', job)
    if (this.#world.isWild && archive.lastSavepointPath !== null) told.add(`savepoint ${archive.lastSavepointPath}`, job)
    return archive
  }
}

function locationOf(path: string): Location {
  return { account: ACCOUNT, container: containerOf(path), name: nameOf(path) }
}

export function keyOf(path: string): string {
  return locationKey(locationOf(path))
}

/** `_metadata` outside the roots. */
function isStrayMetadata(path: string, roots: string[]): boolean {
  return path.endsWith('/_metadata') && !roots.some((root) => path.startsWith(`${root}/`))
}
