import { maybeClaimed } from './claimable.js'
import { isOfDrill } from './drill.js'
import type { KnownJob } from './jobs.js'
import type { KeyTable } from './key-table.js'
import { type Link, linkRuns } from './links.js'
import { isBelow, isSameContainer, type Location, locationKey } from './location.js'
import { droppedOperators } from './operators.js'
import { partRuns, type Run } from './runs.js'
import type { Snapshot } from './snapshot.js'

export interface ChainsInput {
  snapshots: Snapshot[]
  jobs: ReadonlyMap<string, KnownJob>
  /** Directories that are configured to hold state: what lies elsewhere releases nothing. */
  roots: readonly Location[]
  keys: KeyTable | null
}

/** What to count as lying downstream, besides being whole and durable. */
export type Counts = (snapshot: Snapshot) => boolean

/**
 * Runs and the links between them, and what lies downstream of a snapshot: later ones of its own run by checkpoint id, and those of runs that
 * went on from there and carry the job on. Names join nothing, and times tell no order.
 */
export class Chains {
  readonly runs: Run[]
  readonly #input: ChainsInput
  readonly #runOf = new Map<Snapshot, Run>()
  readonly #links: Map<Run, Link>
  readonly #children = new Map<Run, Link[]>()
  readonly #claimed: ReadonlySet<string>

  constructor(input: ChainsInput) {
    this.#input = input
    this.#claimed = maybeClaimed(input.jobs)
    this.runs = partRuns(input.snapshots, input.jobs, input.keys)
    const links = linkRuns({ ...input, runs: this.runs })
    this.#links = new Map(links.map((link) => [link.run, link]))
    for (const run of this.runs) for (const snapshot of run.snapshots) this.#runOf.set(snapshot, run)
    for (const link of links.filter((one) => one.carriesOn)) this.#children.set(link.from, [...(this.#children.get(link.from) ?? []), link])
    for (const children of this.#children.values()) children.sort((a, b) => a.checkpointId - b.checkpointId)
  }

  /** The run that wrote a snapshot. */
  runOf(snapshot: Snapshot): Run {
    const run = this.#runOf.get(snapshot)
    if (run === undefined) throw new Error(`${snapshot.directory.name} is not of this survey`)
    return run
  }

  /** Whole and below a root: a job could be brought back from it now. */
  isWhole(snapshot: Snapshot): boolean {
    return snapshot.completeness === 'complete' && !isOfDrill(snapshot) && this.isBelowRoot(snapshot)
  }

  /**
   * Whole, and nothing that Flink deletes by itself: neither claimed by a job that goes on, nor a checkpoint that goes when its job ends. What
   * outlived a proven end was retained; of a job that may go on somebody must say that it will be.
   */
  isRestorePoint(snapshot: Snapshot): boolean {
    if (!this.isWhole(snapshot) || this.#claimed.has(locationKey(snapshot.directory))) return false
    const job = snapshot.jobId === null ? undefined : this.#input.jobs.get(snapshot.jobId)
    if (snapshot.kind === 'savepoint' || job === undefined) return true
    return job.state !== 'FINISHED' && (job.retainsCheckpoints ?? job.liveness === 'terminated')
  }

  /**
   * How many restore points lie downstream at least, on each branch that goes on from the snapshot; no more than `enough` are counted.
   * `counts`: which of them count at all.
   */
  downstream(snapshot: Snapshot, enough: number, counts: Counts = () => true): number {
    const run = this.runOf(snapshot)
    if (snapshot.checkpointId === null) return 0
    const isDownstream = (one: Snapshot) => counts(one) && this.#isNewer(one, snapshot, run)
    // What is not proven ended may have to come back from its own newest one, whoever else went on from it.
    if (!run.isEnded && nextOwn(run, snapshot.checkpointId, isDownstream) === undefined) return 0
    return this.#least(run, snapshot.checkpointId, snapshot.checkpointId, enough, isDownstream)
  }

  /** The first restore point downstream that stands in for it. */
  next(snapshot: Snapshot, counts: Counts = () => true): Snapshot | null {
    const run = this.runOf(snapshot)
    const from = snapshot.checkpointId
    if (from === null) return null
    const isDownstream = (one: Snapshot) => counts(one) && this.#isNewer(one, snapshot, run)
    return this.#first(run, from, from, isDownstream)
  }

  /** The first restore point behind it, whether or not it stands in for it. */
  nearest(snapshot: Snapshot): Snapshot | null {
    const from = snapshot.checkpointId
    return from === null ? null : this.#first(this.runOf(snapshot), from, from, (one) => this.isRestorePoint(one))
  }

  /** The runs that a run carries on, the nearest first. */
  origins(run: Run): Run[] {
    const origins: Run[] = []
    for (let link = this.#links.get(run); link !== undefined; link = this.#links.get(link.from)) origins.push(link.from)
    return origins
  }

  /** Whether a snapshot was made on the way that leads on from another, whatever the runs are called. */
  isBehind(one: Snapshot, other: Snapshot): boolean {
    const [run, goal] = [this.runOf(one), this.runOf(other)]
    if (run === goal) return (one.checkpointId ?? Number.NaN) > (other.checkpointId ?? Number.NaN)
    for (let link = this.#links.get(run); link !== undefined; link = this.#links.get(link.from))
      if (link.from === goal) return link.checkpointId >= (other.checkpointId ?? Number.NaN)
    return false
  }

  /** From where a run went on, as far as that was seen. */
  linkOf(run: Run): Link | null {
    return this.#links.get(run) ?? null
  }

  /** Below a directory that is configured to hold state. */
  isBelowRoot({ directory }: Snapshot): boolean {
    return this.#input.roots.some((root) => isSameContainer(root, directory) && isBelow(directory.name, root.name))
  }

  /** Whether one of the two goes on from the other, over however many runs. */
  isLinked(a: Run, b: Run): boolean {
    return this.origins(a).includes(b) || this.origins(b).includes(a)
  }

  /** Runs that carry on directly from one, with the ids from which they do. */
  children(run: Run): readonly Link[] {
    return this.#children.get(run) ?? []
  }

  /** Whether `one`, which lies downstream, holds what `than` holds and more. Where times tell another order, neither is given up for the other. */
  #isNewer(one: Snapshot, than: Snapshot, run: Run): boolean {
    if (!this.isRestorePoint(one) || one.completedAtMs < than.completedAtMs) return false
    return this.#runOf.get(one) === run || droppedOperators(than.operators, one.operators).length === 0
  }

  /** The least number of restore points on the branches behind a place of a run. `afterId`: own snapshots above it; `fromId`: links at or above it. */
  #least(run: Run, afterId: number, fromId: number, enough: number, counts: Counts): number {
    const own = nextOwn(run, afterId, counts)
    const ownId = own?.checkpointId ?? Number.POSITIVE_INFINITY
    const branches: number[] = []
    if (own !== undefined) branches.push(enough <= 1 ? 1 : 1 + this.#least(run, ownId, ownId, enough - 1, counts))
    for (const { run: child, checkpointId } of this.children(run)) {
      if (checkpointId < fromId || checkpointId >= ownId) continue
      const least = this.#least(child, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, enough, counts)
      if (least > 0 || !child.isEnded) branches.push(least)
    }
    return branches.length === 0 ? 0 : Math.min(...branches)
  }

  #first(run: Run, afterId: number, fromId: number, counts: Counts): Snapshot | null {
    const own = nextOwn(run, afterId, counts)
    if (own !== undefined) return own
    for (const { run: child, checkpointId } of this.children(run)) {
      const found = checkpointId < fromId ? null : this.#first(child, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, counts)
      if (found !== null) return found
    }
    return null
  }
}

/** The first own snapshot above an id that counts; a run's snapshots are in the order of their ids. */
function nextOwn({ snapshots }: Run, afterId: number, counts: Counts): Snapshot | undefined {
  let [low, high] = [0, snapshots.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((snapshots[middle]?.checkpointId ?? Number.POSITIVE_INFINITY) <= afterId) low = middle + 1
    else high = middle
  }
  for (let at = low; at < snapshots.length; at++) {
    const one = snapshots[at]
    if (one !== undefined && one.checkpointId !== null && counts(one)) return one
  }
  return undefined
}
