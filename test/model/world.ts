import { Cluster, type ClusterSettings } from './cluster.js'
import type { SimJob } from './job.js'
import { metadataOf } from './paths.js'
import type { Process, Steps } from './process.js'
import type { Random } from './random.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import { type Clock, ObjectStore, type Stored } from './store.js'

/** What a clean-up is doing; people do not restore what it is just deleting. */
export interface CleanupPhase {
  step: 'planning' | 'planned' | 'rechecking' | 'deleting'
  /** `_metadata` path → ETag of the snapshots that the plan says it expires. */
  expired: Map<string, string>
  startedAtMs: number
  /** When it began to look again before deleting. */
  lookedAtMs?: number
  /** Whether it asks the cluster of a job, and hears of the job there. */
  sees: (job: SimJob) => boolean
  /** Whether anybody ever told its machine from what the job was restored. */
  knowsPoint: (job: SimJob) => boolean
}

const START_MS = Date.UTC(2026, 0, 1)

/** Everything outside flinkops: storage, clusters, jobs, people. */
export class World implements Clock {
  nowMs = START_MS
  readonly random: Random
  readonly store = new ObjectStore(this)
  readonly clusters: Cluster[]
  readonly jobs: SimJob[] = []
  /** Every snapshot that was ever completed, by directory; a reused directory holds the newest. */
  readonly snapshots = new Map<string, SimSnapshot>()
  processes: Process[] = []
  /** Blobs that a person is just copying back. */
  readonly copying = new Set<string>()
  /** Files and `_metadata` that Flink has decided to delete. */
  readonly doomed = new Set<string>()
  cleanup: CleanupPhase | null = null
  /** Things happen that few foresee: empty restarts, forks, colliding names, updates of old blobs, wrong answers. */
  readonly isWild: boolean
  /** Keys of runs that nobody can tell the tool of: it may take them for ended. */
  excused: ReadonlySet<number> = new Set()
  /** Whether what lies in a container that nobody told of is excused, too. */
  excusesFar = false
  /** Keys of runs that were excused in some clean-up. */
  readonly harmed = new Set<number>()
  /** Snapshots whose `_metadata` a killed clean-up took, each with why it must come back; `null`: it might go then. */
  readonly limbo = new Map<SimSnapshot, string | null>()
  /** Directories of what the last killed clean-up was to give up. */
  interrupted: string[] = []
  /** Restores that were asked for through the tool, whatever came of them; its journal has them. */
  readonly askedRestores: { jobId: string; path: string }[] = []
  /** Whether the account keeps versions: what is brought back is then a new copy. */
  hasVersions = false
  /** Dates in storage do not tell any more when things were made. */
  hasMovedDates = false
  /** When clean-ups deleted what. */
  readonly deletedAtMs = new Map<string, number>()
  /** Containers that a clean-up works on, by its run. */
  readonly locks = new Map<string, string>()
  /** What clean-ups left beside the data. */
  readonly records = new Map<string, Uint8Array>()
  /** Set while nothing may move. */
  isFrozen = false
  readonly #log: string[] | null

  constructor(random: Random, clusters: ClusterSettings[], log: string[] | null, isWild = false) {
    this.random = random
    this.isWild = isWild
    this.clusters = clusters.map((settings) => new Cluster(settings))
    this.#log = log
  }

  /** Kept only when a trace was asked for. */
  trace(words: () => string): void {
    this.#log?.push(`${new Date(this.nowMs).toISOString()} ${words()}`)
  }

  start(process: Omit<Process, 'steps'>, steps: Steps): void {
    this.processes.push({ ...process, steps })
  }

  /** Lets somebody take a few steps; storage answers take time too. */
  advance(steps: number): void {
    if (this.isFrozen) return
    for (let step = 0; step < steps; step++) {
      this.nowMs += this.random.int(20, 2000)
      if (this.processes.length > 0) this.run(this.random.pick(this.processes))
    }
  }

  run(process: Process): void {
    if (process.steps.next().done === true) this.processes = this.processes.filter((one) => one !== process)
  }

  /** Ends processes without any clean-up of theirs, as kill -9 does. */
  kill(isDead: (process: Process) => boolean): void {
    this.processes = this.processes.filter((process) => !isDead(process))
  }

  livingJobs(): SimJob[] {
    return this.jobs.filter((job) => job.isAlive)
  }

  isExcused(job: SimJob): boolean {
    return this.excused.has(job.key)
  }

  wholeSnapshots(): SimSnapshot[] {
    return [...this.snapshots.values()].filter((one) => isRestorable(one, this.store))
  }

  metadataBlob(snapshot: SimSnapshot): Stored | undefined {
    const stored = this.store.get(metadataOf(snapshot.directory))
    return stored?.bytes === snapshot.bytes ? stored : undefined
  }
}
