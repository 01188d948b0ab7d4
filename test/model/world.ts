import { Cluster, type ClusterSettings } from './cluster.js'
import type { SimJob } from './job.js'
import { metadataOf } from './paths.js'
import type { Process, Steps } from './process.js'
import type { Random } from './random.js'
import type { SimSnapshot } from './snapshot.js'
import { type Clock, ObjectStore, type Stored } from './store.js'

/** What a clean-up is doing; people do not restore what it is just deleting. */
export interface CleanupPhase {
  step: 'planning' | 'planned' | 'rechecking' | 'deleting'
  /** `_metadata` path → ETag of the snapshots that the plan says it expires. */
  expired: Map<string, string>
  startedAtMs: number
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
  /** Set while nothing may move. */
  isFrozen = false
  readonly #log: string[] | null

  constructor(random: Random, clusters: ClusterSettings[], log: string[] | null) {
    this.random = random
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

  metadataBlob(snapshot: SimSnapshot): Stored | undefined {
    const stored = this.store.get(metadataOf(snapshot.directory))
    return stored?.bytes === snapshot.bytes ? stored : undefined
  }
}
