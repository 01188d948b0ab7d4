/**
 * The simulator's own truth about ways back. It knows of every run from whom it was restored, with which state, and whether it began
 * empty; nothing here is taken from what the tool plans, lists or remembers. The rule: a snapshot that was whole may go only when at least
 * `keepLast` whole, durable ones go on from it, on each branch, or when a person gave it up.
 */
import { isDrillName } from './drill.js'
import type { SimJob } from './job.js'
import { metadataOf } from './paths.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import type { Telling } from './told.js'
import type { World } from './world.js'

/** What one clean-up was asked, and what the tool had been told by then. */
export interface Asked {
  /** Of the context: what lies elsewhere releases nothing. */
  roots: readonly string[]
  keepLast: number
  alsoLast: ReadonlySet<string>
  abandonedMs: number | null
  /** `<_metadata path>#<ETag>` of files that a person gave up. */
  dead: ReadonlySet<string>
  /** Directory → why a person wants it kept, as of now. */
  held: ReadonlyMap<string, string>
  told: Telling
}

interface Run {
  job: SimJob
  /** Whole ones, by id. */
  whole: SimSnapshot[]
  /** Runs that were restored from a point of it. */
  children: { run: Run; fromId: number }[]
}

/** The state of all chains at one moment. */
export class Chains {
  readonly #world: World
  readonly #asked: Asked
  readonly #runs = new Map<number, Run>()

  constructor(world: World, asked: Asked) {
    this.#world = world
    this.#asked = asked
    for (const job of world.jobs) this.#runs.set(job.key, { job, whole: [], children: [] })
    for (const one of world.snapshots.values()) if (isRestorable(one, world.store)) this.#runs.get(one.runKey)?.whole.push(one)
    for (const run of this.#runs.values()) {
      run.whole.sort((a, b) => a.checkpointId - b.checkpointId)
      const point = run.job.hasRun ? run.job.restore?.snapshot : undefined
      if (point !== undefined) this.#runs.get(point.runKey)?.children.push({ run, fromId: point.checkpointId })
    }
  }

  whole(): SimSnapshot[] {
    return [...this.#runs.values()].flatMap((run) => run.whole)
  }

  /** Why a whole snapshot must stay; `null`: it may go. */
  mustStay(snapshot: SimSnapshot): string | null {
    const run = this.#runs.get(snapshot.runKey)
    const held = this.#asked.held.get(snapshot.directory)
    if (held !== undefined) return `${told(snapshot)}: ${held}`
    if (run === undefined || isDrillName(run.job.settings.name) || this.#isGivenUp(snapshot, run.job)) return null
    if (run.job.isAlive && !this.#world.isExcused(run.job) && !run.whole.some((one) => one.checkpointId > snapshot.checkpointId))
      return `${told(snapshot)} is the newest of ${run.job}, which lives`
    // Where nobody told the tool what a run is called, it may count it or not.
    const counts = [true, false].map((withUnsure) => this.#fewest(run, snapshot, snapshot.checkpointId, withUnsure))
    if (counts.some((count) => count !== null && count >= this.#asked.keepLast)) return null
    return this.#words(snapshot, run, Math.max(...counts.map((count) => count ?? 0)))
  }

  /** Of all branches that go on from there, the fewest that lie on the way to a branch's end; `null`: none does. */
  #fewest(run: Run, older: SimSnapshot, fromId: number, withUnsure: boolean): number | null {
    const own = run.whole.filter((one) => one.checkpointId > fromId && this.#counts(one, older))
    const tip = own.at(-1)
    const branches: number[] = []
    let isTipLeft = tip !== undefined
    for (const child of run.children) {
      if (child.fromId < fromId || !this.#carriesOn(run.job, child.run.job, withUnsure)) continue
      const beyond = this.#fewest(child.run, older, -1, withUnsure)
      if (beyond === null) continue
      branches.push(beyond + own.filter((one) => one.checkpointId <= child.fromId).length)
      if (tip !== undefined && tip.checkpointId <= child.fromId) isTipLeft = false
    }
    if (isTipLeft) branches.push(own.length)
    return branches.length === 0 ? null : Math.min(...branches)
  }

  /** A fork under another name and a restore test go their own way. */
  #carriesOn(parent: SimJob, child: SimJob, withUnsure: boolean): boolean {
    if (isDrillName(child.settings.name)) return false
    const areKnown = this.#asked.told.has('name', parent) && this.#asked.told.has('name', child)
    return areKnown ? parent.settings.name === child.settings.name : withUnsure
  }

  #counts(one: SimSnapshot, older: SimSnapshot): boolean {
    return this.#notDurable(one) === null && lacks(one, older).length === 0
  }

  /** Why it does not last by itself. */
  #notDurable(snapshot: SimSnapshot): string | null {
    const { roots, told } = this.#asked
    const job = this.#runs.get(snapshot.runKey)?.job
    if (!roots.some((root) => snapshot.directory.startsWith(`${root}/`))) return 'lies outside the roots'
    if (job === undefined) return null
    if (snapshot.kind === 'checkpoint') {
      if (job.state === 'FINISHED' && told.has('finished', job)) return 'is a checkpoint of a FINISHED run'
      const isGivenOnCancel = job.settings.deletesOnCancel && (job.isAlive || job.state === 'CANCELED')
      if (isGivenOnCancel && told.has('config', job)) return 'goes when its job is cancelled'
    }
    const claimer = this.#world.jobs.find((one) => one.isAlive && one.restore?.snapshot === snapshot && one.restore.mode === 'CLAIM')
    if (claimer === undefined || !told.has('restored', claimer)) return null
    // Of one id it looks like a job that fails over to its own.
    return claimer.settings.jobId === snapshot.jobId ? null : `is claimed by ${claimer}`
  }

  #isGivenUp(snapshot: SimSnapshot, job: SimJob): boolean {
    const { alsoLast, abandonedMs, dead } = this.#asked
    const etag = this.#world.metadataBlob(snapshot)?.etag
    if (alsoLast.has(snapshot.jobId) || dead.has(`${metadataOf(snapshot.directory)}#${etag}`)) return true
    if (abandonedMs === null || this.#world.nowMs - snapshot.completedAtMs <= abandonedMs) return false
    return !job.isAlive || this.#world.isExcused(job)
  }

  /** Which snapshot, of which chain, and what was looked for after it. */
  #words(snapshot: SimSnapshot, run: Run, found: number): string {
    const later = [...this.#after(run, snapshot.checkpointId)].map(({ one, job }) => {
      const missing = lacks(one, snapshot)
      const why =
        this.#notDurable(one) ?? (missing.length > 0 ? `lacks the state of ${missing.map((id) => id.slice(0, 6)).join(', ')}` : null)
      const isFork = job.settings.name !== run.job.settings.name ? ' under another name' : ''
      return `${one.directory} (id ${one.checkpointId} of ${job}${isFork})${why === null ? '' : ` ${why}`}`
    })
    const { keepLast } = this.#asked
    const beginning = run.job.restore === null ? 'began empty' : `was restored from ${run.job.restore.snapshot.directory}`
    return (
      `${told(snapshot)} of ${run.job}, which ${beginning}, is a last way back that nobody gave up: ${found} of ${keepLast} go on from it; ` +
      `after it: ${later.length === 0 ? 'nothing whole' : later.join(', ')}`
    )
  }

  *#after(run: Run, fromId: number): Generator<{ one: SimSnapshot; job: SimJob }> {
    for (const one of run.whole) if (one.checkpointId > fromId) yield { one, job: run.job }
    for (const child of run.children) if (child.fromId >= fromId) yield* this.#after(child.run, -1)
  }
}

/** Operators whose state in `older` does not go on in `newer`. */
function lacks(newer: SimSnapshot, older: SimSnapshot): string[] {
  return [...older.operators].filter(([id, origin]) => newer.operators.get(id) !== origin).map(([id]) => id)
}

function told(snapshot: SimSnapshot): string {
  return `${snapshot.directory} (${snapshot.kind} ${snapshot.checkpointId})`
}
