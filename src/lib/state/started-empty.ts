import { drillJobs } from './drill.js'
import { isFixedJobId } from './evidence.js'
import type { KnownJob } from './jobs.js'
import { isGivenUp, type LastPointsInput } from './last-points.js'
import { isBelow, isSameContainer, type Location } from './location.js'
import type { Operators } from './operators.js'
import type { Run } from './runs.js'
import type { Snapshot } from './snapshot.js'

/** A job that runs without the state that an earlier run of its name left. */
export interface EmptyStart {
  job: KnownJob
  /** The run that began empty: the job's own, or one that it carries on. */
  begun: { jobId: string; atMs: number }
  /** Where the state is: the newest restore point from which nothing goes on. */
  wayBack: Snapshot
}

export interface EmptyStartsInput extends LastPointsInput {
  /** Directories that are configured to hold state. */
  roots: readonly Location[]
}

/**
 * Jobs that run now, or carry on a run, that began empty although a whole snapshot of the same name, below the same root and with some of the
 * same operators existed before. Empty is what was seen to be: nothing was restored, or its checkpoint 1 is there; not known is not empty. No
 * such start is one that a person meant, or whose older state was given up, is running itself, or was carried on by another run.
 */
export function emptyStarts(input: EmptyStartsInput): EmptyStart[] {
  const drills = drillJobs(new Map(input.jobs), input.snapshots)
  return [...input.jobs.values()].flatMap((job) => {
    if (job.liveness !== 'running' || job.name === null || job.neverRan || drills.has(job.jobId)) return []
    const way = wayOf(job, input)
    const begun = way === null ? null : begunEmpty(way, input)
    if (way === null || begun === null) return []
    const wayBack = stateLeftBehind(job, way, begun.atMs, input)
    return wayBack === null ? [] : [{ job, begun, wayBack }]
  })
}

/** The run of a job that runs now, and those that it carries on, the nearest first; `null` = which of its runs that is cannot be told. */
function wayOf(job: KnownJob, { chains }: EmptyStartsInput): Run[] | null {
  const isNow = ({ jobId, snapshots }: Run) =>
    jobId === job.jobId && (!isFixedJobId(jobId) || snapshots.every((one) => one.completedAtMs >= (job.startedAtMs ?? Number.NaN)))
  const [run, ...others] = chains.runs.filter(isNow)
  if (run === undefined || others.length > 0) return null
  const way = [run]
  for (let link = chains.linkOf(run); link?.carriesOn; link = chains.linkOf(link.from)) way.push(link.from)
  return way
}

/** When the first of these runs began, if it is known to have begun empty and nobody said that it was meant. */
function begunEmpty(way: Run[], { jobs, chains }: EmptyStartsInput): EmptyStart['begun'] | null {
  const first = way.at(-1)
  const job = jobs.get(first?.jobId ?? '')
  if (first === undefined || job === undefined || chains.linkOf(first) !== null) return null
  if (way.some((run) => isSaid(jobs.get(run.jobId ?? ''), (one) => one.meantStarts))) return null
  const isFirstId = first.snapshots.some((one) => one.checkpointId === 1)
  if (wasRestored(job) || !(isFirstId || isSaid(job, (one) => one.emptyStarts))) return null
  const atMs = job.startedAtMs ?? first.snapshots[0]?.completedAtMs ?? null
  return atMs === null ? null : { jobId: job.jobId, atMs }
}

/** Of an id that is used again, only what was said of this execution counts. */
function isSaid(job: KnownJob | undefined, pick: (job: KnownJob) => (number | null)[]): boolean {
  if (job === undefined) return false
  const starts = pick(job)
  return isFixedJobId(job.jobId) ? job.startedAtMs !== null && starts.includes(job.startedAtMs) : starts.length > 0
}

/** From anything but a checkpoint of its own, to which a failover goes back. */
function wasRestored({ jobId, restores, startedAtMs }: KnownJob): boolean {
  const ofNow = restores.filter((one) => !isFixedJobId(jobId) || one.executionStartedAtMs === startedAtMs)
  return ofNow.some(({ path }) => !path.includes(`/${jobId}/`))
}

function stateLeftBehind(job: KnownJob, way: Run[], atMs: number, input: EmptyStartsInput): Snapshot | null {
  const { chains, snapshots } = input
  const own = way.flatMap((run) => run.snapshots.filter((one) => one.completeness === 'complete'))
  const operators = way.flatMap((run) => run.snapshots.filter((one) => own.includes(one)).slice(-1)).map((one) => one.operators)
  const isOlder = (one: Snapshot) => {
    const run = chains.runOf(one)
    return run.name === job.name && !way.includes(run) && !isRunning(run, job, input) && existedBefore(one, run, atMs, input)
  }
  const left = snapshots.filter(
    (one) =>
      one.etag !== null &&
      chains.isRestorePoint(one) &&
      isOlder(one) &&
      sharesRoot(own, one, input) &&
      operators.some((newer) => shareOperators(one.operators, newer)) &&
      !isGivenUp(one, input) &&
      !isCarriedOn(one, input),
  )
  return left.reduce<Snapshot | null>((best, one) => (best === null || isLater(one, best, input) ? one : best), null)
}

/** Another job of the name that runs beside it has its state itself. The id of the job alone may have begun before. */
function isRunning({ jobId }: Run, job: KnownJob, { jobs }: EmptyStartsInput): boolean {
  return jobId !== job.jobId && jobs.get(jobId ?? '')?.liveness === 'running'
}

/** By the time of the snapshot, or since its run ended before: copies and undeletes make snapshots younger than they are. */
function existedBefore({ completedAtMs, jobId }: Snapshot, run: Run, atMs: number, { jobs }: EmptyStartsInput): boolean {
  const endedAtMs = run.isOnly && run.isEnded ? (jobs.get(jobId ?? '')?.endedAtMs ?? null) : null
  return completedAtMs < atMs || (endedAtMs !== null && endedAtMs < atMs)
}

/** Savepoints lie below roots of their own, so it is the checkpoints' that tell; where one side has none, any root does. */
function sharesRoot(own: Snapshot[], older: Snapshot, { chains, roots }: EmptyStartsInput): boolean {
  const rootsOf = (snapshots: readonly Snapshot[]) => {
    const checkpoints = snapshots.filter((one) => one.kind === 'checkpoint')
    return roots.filter((root) =>
      checkpoints.some(({ directory }) => isSameContainer(root, directory) && isBelow(directory.name, root.name)),
    )
  }
  const [ours, theirs] = [rootsOf(own), rootsOf(chains.runOf(older).snapshots)]
  return ours.length === 0 || theirs.length === 0 || ours.some((root) => theirs.includes(root))
}

function shareOperators(older: Operators, newer: Operators): boolean {
  return [...older.stateful].some((id) => newer.stateful.has(id) || newer.finished.has(id))
}

/** Some run went on from there, or from later on, and has something to show for it or may still run. */
function isCarriedOn(snapshot: Snapshot, { chains }: EmptyStartsInput): boolean {
  const id = snapshot.checkpointId ?? Number.NaN
  const isAlive = (run: Run): boolean =>
    !run.isEnded || run.snapshots.some((one) => chains.isRestorePoint(one)) || chains.children(run).some((link) => isAlive(link.run))
  return chains.children(chains.runOf(snapshot)).some((link) => link.checkpointId >= id && isAlive(link.run))
}

/** Within a chain by its order; of two chains the younger. */
function isLater(one: Snapshot, than: Snapshot, { chains }: EmptyStartsInput): boolean {
  if (chains.isBehind(one, than)) return true
  return !chains.isBehind(than, one) && one.completedAtMs > than.completedAtMs
}
