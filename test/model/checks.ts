import type { PlannedCleanup } from '../../src/lib/operations/plan-cleanup.js'
import type { CleanUpSettings, Machine } from './clean-up-settings.js'
import type { SimJob } from './job.js'
import { neededPaths } from './needs.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import { Violation } from './violation.js'
import { Watch } from './watch.js'
import type { World } from './world.js'

/** What must hold of one run of the tool, asked at every step. */
export class Checks {
  readonly #world: World
  readonly watch: Watch
  readonly #violations: Violation[] = []
  /** Paths that this run deleted. */
  readonly #deleted = new Set<string>()
  /** Blobs deleted in trees of jobs that live. */
  amongLiving = 0

  constructor(world: World, machine: Machine, settings: CleanUpSettings) {
    this.#world = world
    this.watch = new Watch(world, settings, machine.journal.told)
  }

  /** No blob goes that anybody needs at that moment. */
  deletes(path: string): void {
    const expired = this.#world.cleanup?.expired ?? new Map<string, string>()
    const why = neededPaths(this.#world, { expired }).get(path)
    if (this.#world.isWild) this.#watching(() => this.watch.deletes(path))
    if (this.#world.livingJobs().some((job) => path.startsWith(`${job.tree}/`))) this.amongLiving++
    if (why === undefined) {
      this.#deleted.add(path)
      this.#world.deletedAtMs.set(path, this.#world.nowMs)
      return
    }
    this.#watching(() => {
      throw new Violation('loss', `deleted ${path}, but ${why}`)
    })
  }

  /** Nothing is put into a tree that a job writes again. */
  undeletes(path: string): void {
    const deletedAtMs = this.#world.deletedAtMs.get(path) ?? 0
    const isWriter = (job: SimJob) => job.startedAtMs > deletedAtMs && path.startsWith(`${job.tree}/`) && !job.cluster.settings.hasNoSubdirs
    const writer = this.#world.livingJobs().find(isWriter)
    if (writer === undefined) return
    this.#watching(() => {
      throw new Violation('undo', `brought ${path} back into the tree of ${writer}, which lives again since`)
    })
  }

  #watching(check: () => void): void {
    try {
      check()
    } catch (error) {
      if (error instanceof Violation) this.#violations.push(error)
      throw error
    }
  }

  /** The plan alone is right already, but for jobs that were submitted since it began: those are for the re-check to see. */
  plans(planned: PlannedCleanup, expired: Map<string, string>): void {
    if (this.#world.isWild) this.watch.planned(expired)
    const startedSinceMs = this.#world.cleanup?.startedAtMs ?? this.#world.nowMs
    const needed = neededPaths(this.#world, { expired, startedSinceMs })
    for (const { blob } of planned.plan.deletes) {
      const path = `${blob.container}/${blob.name}`
      const why = needed.get(path)
      if (why !== undefined && this.#world.store.get(path)?.etag === blob.etag) throw new Violation('loss', `planned ${path}, but ${why}`)
    }
  }

  /** A snapshot that was given up is gone, or whole but for what Flink itself discarded meanwhile: never there and broken by the run. */
  leaves(planned: PlannedCleanup, before: SimSnapshot[]): void {
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

  raise(): void {
    const [first] = this.#violations
    if (first !== undefined) throw first
  }
}

/** `_metadata` path → ETag of the snapshots that a plan gives up. */
export function expiredIn(planned: PlannedCleanup): Map<string, string> {
  const expired = new Map<string, string>()
  for (const { snapshot, verdict } of planned.plan.decisions) {
    const { directory, etag } = snapshot
    if (verdict === 'expire' && etag !== null) expired.set(`${directory.container}/${directory.name}/_metadata`, etag)
  }
  return expired
}
