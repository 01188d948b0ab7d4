import type { CleanUpSettings } from './clean-up-settings.js'
import type { SimJob } from './job.js'
import { directoryOf } from './paths.js'
import { saysHighAvailability } from './rest.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import type { Stored } from './store.js'
import { TOLD_ALL, type Told } from './told.js'
import { type Asked, Chains } from './truth.js'
import { Violation } from './violation.js'
import type { World } from './world.js'

/**
 * Holds one clean-up against the truth about ways back. What counts is what the tool could see: a snapshot may go when the rule held at its last
 * look, or holds when it goes. A `_metadata` that is put back before its files go was never lost.
 */
export class Watch {
  readonly #world: World
  readonly #settings: CleanUpSettings
  readonly #asked: Asked
  /** Whole snapshots that might go at the last look. */
  #free: ReadonlySet<SimSnapshot> = new Set()
  /** Their `_metadata` was deleted, each with the rule that says that it stays. */
  readonly #taken = new Map<SimSnapshot, string | null>()

  constructor(world: World, settings: CleanUpSettings, told: Told) {
    this.#world = world
    this.#settings = settings
    const { roots, policy, held, dead } = settings
    const { alsoLast, abandonedMs } = policy
    this.#asked = { roots, keepLast: Math.max(1, policy.keepLast), alsoLast, abandonedMs, dead, held, told }
  }

  /** Directories of the whole snapshots that must stay now. */
  lastWays(): string[] {
    const chains = new Chains(this.#world, { ...this.#asked, told: TOLD_ALL })
    return chains.whole().flatMap((one) => (chains.mustStay(one) === null ? [] : [one.directory]))
  }

  /** The tool begins to look at everything. */
  looks(): void {
    this.#world.excused = new Set()
    this.#excuse(this.#excusedRuns())
    this.#world.excusesFar = this.#settings.exclusive
    const chains = new Chains(this.#world, this.#asked)
    const halfway = [...this.#world.limbo.keys()].filter((one) => this.#isTaken(one))
    this.#free = new Set([...chains.whole(), ...halfway].filter((one) => chains.mustStay(one) === null))
  }

  /** `expired`: `_metadata` path → ETag. */
  planned(expired: ReadonlyMap<string, string>): void {
    // What the look was told on its way counts, too.
    this.#excuse(this.#world.livingJobs().filter((job) => !sees(this.#settings, job) && this.#isLikeItsEndedRun(job)))
    const chains = new Chains(this.#world, this.#asked)
    for (const one of chains.whole()) {
      const stored = this.#world.metadataBlob(one)
      if (stored === undefined || expired.get(`${one.directory}/_metadata`) !== stored.etag) continue
      this.#checkAsked(one, stored)
      if (this.#free.has(one)) continue
      const why = chains.mustStay(one)
      if (why !== null) throw new Violation('last-way', `planned to give up ${why}`)
    }
  }

  /** Right before a blob goes. */
  deletes(path: string): void {
    this.#checkScope(path)
    const snapshot = path.endsWith('/_metadata') ? this.#world.snapshots.get(directoryOf(path)) : undefined
    if (snapshot !== undefined && isRestorable(snapshot, this.#world.store))
      this.#taken.set(snapshot, this.#free.has(snapshot) ? null : this.#mustStay(snapshot))
    for (const [taken, why] of this.#taken) if (why !== null && taken.writtenFiles.has(path)) this.#loses(taken, path, why)
    for (const taken of this.#world.limbo.keys()) {
      if (this.#free.has(taken) || !taken.writtenFiles.has(path)) continue
      const why = this.#mustStay(taken)
      if (why !== null) this.#loses(taken, path, `a killed run had only taken the _metadata, and ${why}`)
    }
  }

  #loses(taken: SimSnapshot, path: string, why: string): void {
    if (this.#isTaken(taken)) throw new Violation('last-way', `deleted ${path}, but ${why}`)
  }

  #isTaken(snapshot: SimSnapshot): boolean {
    return this.#world.metadataBlob(snapshot) === undefined && this.#world.snapshots.get(snapshot.directory) === snapshot
  }

  /** What was taken and not put back is lost; of a run that was killed, whoever comes next puts it back. */
  ends(isKilled: boolean): void {
    for (const [taken, why] of this.#taken) {
      if (isKilled) this.#world.limbo.set(taken, why)
      else if (why !== null && this.#isTaken(taken) && this.#mustStay(taken) !== null)
        throw new Violation('last-way', `deleted its _metadata, but ${why}`)
    }
  }

  /** Nobody is left to put anything back. */
  settles(): void {
    for (const [taken, why] of this.#world.limbo) {
      if (why !== null && this.#isTaken(taken) && this.#mustStay(taken) !== null) throw new Violation('last-way', `never put back: ${why}`)
    }
  }

  #mustStay(snapshot: SimSnapshot): string | null {
    return new Chains(this.#world, this.#asked).mustStay(snapshot)
  }

  /** By age and by job, or by name. */
  #checkAsked(one: SimSnapshot, { modifiedMs }: Stored): void {
    const { policy, named, job } = this.#settings
    const limit = one.kind === 'savepoint' ? policy.savepointsMs : policy.checkpointsMs
    const isOld = limit !== null && this.#world.nowMs - modifiedMs > limit
    const isAsked = named === null ? isOld && (job === null || one.jobId === job) : named.includes(one.directory)
    if (!isAsked) throw new Violation('scope', `planned to give up ${one.directory}, for which nobody asked`)
  }

  #checkScope(path: string): void {
    const { roots, onlyRoots } = this.#settings
    if (!(onlyRoots ?? roots).some((root) => path === root || path.startsWith(`${root}/`)))
      throw new Violation('scope', `deleted ${path}, which lies outside the roots that were asked for`)
  }

  /**
   * Runs that live where nobody asks, or where somebody else answers: with `exclusive` their silence ends them, once nothing was written for the
   * grace period, unless a look saw them running on a cluster with high availability.
   */
  #excusedRuns(): SimJob[] {
    const { exclusive, graceMs } = this.#settings
    const unseen = this.#world.livingJobs().filter((job) => !sees(this.#settings, job))
    const isKnownToSurvive = (job: SimJob) => this.#asked.told.has('running', job) && saysHighAvailability(this.#world, job.cluster)
    const isSilent = (job: SimJob) => exclusive && isQuietSince(this.#world, job, this.#world.nowMs - graceMs) && !isKnownToSurvive(job)
    return unseen.filter((job) => isSilent(job) || this.#isLikeItsEndedRun(job))
  }

  #excuse(runs: SimJob[]): void {
    this.#world.excused = new Set([...this.#world.excused, ...runs.map((job) => job.key)])
    for (const { key } of runs) this.#world.harmed.add(key)
  }

  /** The end of an earlier run of its id was told, and it has not written anything yet. */
  #isLikeItsEndedRun(job: SimJob): boolean {
    const earlier = this.#world.jobs.filter((one) => one.settings.jobId === job.settings.jobId && one.key < job.key)
    return earlier.some((one) => this.#asked.told.has('name', one)) && isQuietSince(this.#world, job, job.startedAtMs)
  }
}

export function sees(settings: CleanUpSettings, job: SimJob): boolean {
  const { settings: cluster, answers } = job.cluster
  return settings.asks.includes(cluster.id) && (answers === 'itself' || answers === 'gaps')
}

function isQuietSince(world: World, job: SimJob, sinceMs: number): boolean {
  const written = [job.tree, job.dstl].flatMap((directory) => world.store.below(directory))
  return job.cluster.settings.isFar === true || written.every((path) => (world.store.get(path)?.modifiedMs ?? 0) < sinceMs)
}
