import { executionAt, isFixedJobId, isRemembered } from './evidence.js'
import type { KnownJob } from './jobs.js'
import type { KeyId, KeyTable } from './key-table.js'
import { checkpointIdOf, savepointPrefix } from './layout.js'
import { locationKey } from './location.js'
import { hasSameState } from './operators.js'
import type { Snapshot } from './snapshot.js'

/** One execution of a job, with the snapshots that are proven to be its own. */
export interface Run {
  /** Stable, and its own. */
  key: string
  /** `null`: a savepoint of which nobody knows the job. */
  jobId: string | null
  /** What the job is called, by a source that speaks of this very run; `null` = not known. */
  name: string | null
  /** The id began only once: whatever of it is gone, too, was of this run. */
  isOnly: boolean
  /** `false`: it may still go on. */
  isEnded: boolean
  /** In the order of their checkpoint ids; those of which the id is not known come last and follow nothing. */
  snapshots: Snapshot[]
}

/**
 * Parts snapshots into runs. Those of one job id are of one run when the id is a random one that was never seen to begin twice. Of any
 * other id (application mode has fixed ones, and begins again at 1) it takes positive evidence: both were completed within one execution
 * that a cluster or the history tells of, or the later one names a file that came with the earlier one. Where nobody can tell they are two
 * runs. Savepoints of strangers are of one run when the digits in their names and the operators with state are the same.
 */
export function partRuns(snapshots: Snapshot[], jobs: ReadonlyMap<string, KnownJob>, keys: KeyTable | null = null): Run[] {
  const runs: Run[] = []
  for (const [jobId, own] of groupBy(snapshots, (one) => one.jobId)) {
    const job = jobs.get(jobId)
    const begun = own.map((one) => ({ one, isMoved: isMoved(one) }))
    const isOnly = isOneExecution(jobId, job, own)
    const parts = isOnly ? [begun.filter((each) => !each.isMoved).map((each) => each.one)] : executionsOf(own, job, keys)
    const stray = isOnly ? begun.filter((each) => each.isMoved).map((each) => [each.one]) : []
    const isPart = parts.length + stray.length > 1
    for (const part of [...parts, ...stray]) if (part.length > 0) runs.push(runOf(jobId, part, job, { isOnly, isPart }))
  }
  // A job that has left nothing yet is a run, too: others may have gone on from it, and it may go on from others.
  const seen = new Set(runs.map((run) => run.jobId))
  for (const job of jobs.values())
    if (!seen.has(job.jobId) && !job.neverRan)
      runs.push(runOf(job.jobId, [], job, { isOnly: isOneExecution(job.jobId, job, []), isPart: false }))
  return [...runs, ...strangers(snapshots.filter((one) => one.jobId === null))]
}

interface Part {
  isOnly: boolean
  /** One of several, which the key must tell apart. */
  isPart: boolean
}

function runOf(jobId: string, snapshots: Snapshot[], job: KnownJob | undefined, { isOnly, isPart }: Part): Run {
  const [first] = snapshots
  const key = isPart && first !== undefined ? `${jobId} ${locationKey(first.directory)}` : jobId
  return { key, jobId, name: nameOf(job), isOnly, isEnded: job?.liveness === 'terminated', snapshots: inOrder(snapshots) }
}

/** A fixed id may be another job's on another cluster: then only who speaks of the execution itself may name it. */
function nameOf(job: KnownJob | undefined): string | null {
  if (job === undefined || job.name === null) return null
  return isFixedJobId(job.jobId) && job.nameSource !== null && isRemembered({ source: job.nameSource }) ? null : job.name
}

function inOrder(snapshots: Snapshot[]): Snapshot[] {
  const rank = (one: Snapshot) => one.checkpointId ?? Number.POSITIVE_INFINITY
  return snapshots.toSorted((a, b) => rank(a) - rank(b) || (locationKey(a.directory) < locationKey(b.directory) ? -1 : 1))
}

/** A checkpoint in a directory of another number was put there by somebody else. */
function isMoved({ kind, directory, checkpointId }: Snapshot): boolean {
  return kind === 'checkpoint' && checkpointId !== checkpointIdOf(directory.name)
}

/** Clocks of clusters and storage may differ by so much. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

function isOneExecution(jobId: string, job: KnownJob | undefined, own: Snapshot[]): boolean {
  if (isFixedJobId(jobId)) return false
  const executions = job?.executions ?? []
  if (executions.length > 1) return false
  const [only] = executions
  const endedAtMs = only === undefined ? null : only.endedAtMs
  return endedAtMs === null || own.every((one) => one.completedAtMs <= endedAtMs + CLOCK_TOLERANCE_MS || one.kind === 'savepoint')
}

/** The snapshots of an id that may have begun more than once, parted by what proves that some are of one execution. */
function executionsOf(own: Snapshot[], job: KnownJob | undefined, keys: KeyTable | null): Snapshot[][] {
  const parts = new Parts(own)
  const executions = job?.executions ?? []
  for (const execution of executions) parts.join(own.filter((one) => executionAt(executions, one.completedAtMs) === execution))
  if (keys !== null) joinByFiles(inOrder(own), parts, keys)
  return parts.all()
}

/**
 * A file that came with one snapshot, and that a later one names: the earlier ones do not name it. Only of files in the id's own tree: what two
 * executions were restored from, both name.
 */
function joinByFiles(ordered: Snapshot[], parts: Parts, keys: KeyTable): void {
  const broughtBy = new Map<KeyId, Snapshot>()
  for (const snapshot of ordered) {
    for (const id of snapshot.references) {
      if (!keys.prefixOf(keys.directoryOf(id)).includes(`/${snapshot.jobId}/`)) continue
      const first = broughtBy.get(id)
      if (first === undefined) broughtBy.set(id, snapshot)
      else if (first.checkpointId !== snapshot.checkpointId) parts.join([first, snapshot])
    }
  }
}

class Parts {
  readonly #parents = new Map<Snapshot, Snapshot>()
  readonly #all: Snapshot[]

  constructor(all: Snapshot[]) {
    this.#all = all
  }

  join([first, ...more]: Snapshot[]): void {
    if (first === undefined) return
    for (const one of more) {
      const [a, b] = [this.#root(first), this.#root(one)]
      if (a !== b) this.#parents.set(b, a)
    }
  }

  all(): Snapshot[][] {
    return [...groupBy(this.#all, (one) => this.#root(one)).values()]
  }

  #root(snapshot: Snapshot): Snapshot {
    let at = snapshot
    for (let up = this.#parents.get(at); up !== undefined; up = this.#parents.get(at)) at = up
    return at
  }
}

/** Ids of application mode all begin with one of these digits. */
const SHARED_DIGITS = new Set(['000000', 'ffffff'])

/** The digits of a job id in a savepoint's name, where they tell jobs apart. */
export function tellingDigits(directory: string): string | null {
  const digits = savepointPrefix(directory)
  return digits === null || SHARED_DIGITS.has(digits) ? null : digits
}

function strangers(unknown: Snapshot[]): Run[] {
  const runs: Run[] = []
  for (const snapshot of inOrder(unknown)) {
    const digits = snapshot.kind === 'savepoint' ? tellingDigits(snapshot.directory.name) : null
    const fitting = runs.find(
      ({ key, snapshots: [first] }) =>
        digits !== null && key.startsWith(`${digits} `) && first && hasSameState(first.operators, snapshot.operators),
    )
    if (fitting !== undefined) fitting.snapshots.push(snapshot)
    else
      runs.push({
        key: `${digits ?? ''} ${locationKey(snapshot.directory)}`,
        jobId: null,
        name: null,
        isOnly: false,
        isEnded: false,
        snapshots: [snapshot],
      })
  }
  return runs
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K | null): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key === null) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
