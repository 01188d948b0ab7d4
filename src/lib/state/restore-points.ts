import { EMPTY_DIRECTORY } from './assemble-survey.js'
import type { Chains } from './chains.js'
import { isOfDrill } from './drill.js'
import type { KnownJob } from './jobs.js'
import { snapshotDirectory } from './lineage.js'
import { isBelow, isSameContainer, type Location, locationKey, parseLocation } from './location.js'
import type { Run } from './runs.js'
import { byAge, type Snapshot } from './snapshot.js'

export interface RestorePointsInput {
  snapshots: Snapshot[]
  jobs: Map<string, KnownJob>
  chains: Chains
  /** What the job is or was called. */
  names: string[]
  /** Only of these runs; `null` = of all that have the name. */
  jobIds: ReadonlySet<string> | null
  /** Directories that only this job uses. */
  ownDirectories: Location[]
  /** Only snapshots that were complete by then. */
  beforeMs: number | null
}

export interface PassedOver {
  snapshot: Snapshot
  reason: string
}

export interface RestorePoints {
  /** `null`: there is none, or `rivals` has several. */
  newest: Snapshot | null
  /** Restorable ones that nothing leads from one to another, newest by time first: nobody but a person can choose. */
  rivals: Snapshot[]
  /** Restorable ones of the job, the newest included. */
  restorable: number
  /** Newer ones that cannot or should not be restored, with why; newest first. */
  passedOver: PassedOver[]
  /** Complete ones of jobs whose name nobody knows. */
  unnamed: number
}

/**
 * The newest restorable snapshot of a job, across all its runs: the one from which nothing leads on. Its own are those of the runs that have
 * its name, those that a run of its name was restored from, and nameless ones in directories that only it uses; all below the roots. What a
 * restore test wrote is nobody's. A person who names a time chooses by time.
 */
export function restorePoints(input: RestorePointsInput): RestorePoints {
  const { jobs, beforeMs, chains } = input
  const there = input.snapshots.filter((one) => one.problem !== EMPTY_DIRECTORY && !isOfDrill(one) && chains.isBelowRoot(one))
  const isOwn = ownership(input, there)
  const own = there.filter((one) => isOwn(one) && (beforeMs === null || one.completedAtMs < beforeMs)).toSorted(byAge)
  const judged = own.map((snapshot) => ({ snapshot, reason: unfit(snapshot) ?? takenBack(snapshot, input) }))
  const fit = judged.filter((one) => one.reason === null).map((one) => one.snapshot)
  const tips = fit.filter((one) => !fit.some((other) => chains.isBehind(other, one)))
  const overtaken = tips.map((snapshot) => ({ snapshot, reason: overtakenBy(snapshot, tips, input) }))
  const left = overtaken.filter((one) => one.reason === null).map((one) => one.snapshot)
  const newest = left.length === 1 || beforeMs !== null ? (left[0] ?? null) : null
  const over = [...judged.filter((one) => one.reason !== null), ...overtaken.filter((one) => one.reason !== null)]
  return {
    newest,
    rivals: newest === null ? left : [],
    restorable: fit.length,
    passedOver: over
      .filter(({ snapshot }) => newest === null || isNewer(snapshot, newest, chains))
      .flatMap(({ snapshot, reason }) => (reason === null ? [] : [{ snapshot, reason }]))
      .toSorted((a, b) => byAge(a.snapshot, b.snapshot)),
    unnamed: there.filter((one) => one.completeness === 'complete' && nameOf(one, jobs) === null && !isOwn(one)).length,
  }
}

function isNewer(one: Snapshot, than: Snapshot, chains: Chains): boolean {
  return chains.isBehind(one, than) || (!chains.isBehind(than, one) && byAge(one, than) < 0)
}

function ownership(input: RestorePointsInput, there: Snapshot[]): (snapshot: Snapshot) => boolean {
  const { jobs, names, jobIds } = input
  if (jobIds !== null) return (one) => one.jobId !== null && jobIds.has(one.jobId)
  const runs = [...jobs.values()].filter((job) => job.name !== null && names.includes(job.name) && !job.neverRan)
  const ids = new Set(runs.map((job) => job.jobId))
  const parents = new Set(runs.flatMap((job) => [job.restoredFrom, ...job.restores.map((one) => one.path)]).flatMap(keyOf))
  // A directory in which another job has left something is nobody's own.
  const own = input.ownDirectories.filter((directory) =>
    there.every((one) => !isIn(one, directory) || names.includes(nameOf(one, jobs) ?? names[0] ?? '')),
  )
  return (one) =>
    (one.jobId !== null && ids.has(one.jobId)) ||
    parents.has(locationKey(one.directory)) ||
    (nameOf(one, jobs) === null && own.some((directory) => isIn(one, directory)))
}

function nameOf(snapshot: Snapshot, jobs: Map<string, KnownJob>): string | null {
  return snapshot.jobId === null ? null : (jobs.get(snapshot.jobId)?.name ?? null)
}

function isIn({ directory }: Snapshot, own: Location): boolean {
  return isSameContainer(directory, own) && isBelow(directory.name, own.name)
}

function keyOf(path: string | null): string[] {
  const parsed = path === null ? null : parseLocation(path)
  return parsed?.ok ? [locationKey(snapshotDirectory(parsed.location))] : []
}

function unfit(snapshot: Snapshot): string | null {
  return snapshot.completeness === 'complete' ? null : `${snapshot.completeness}: ${snapshot.problem ?? 'not all of it is there'}`
}

/**
 * Superseded: the job was taken back to an older snapshot of the same run, and that run is over. What it wrote after that is the branch
 * that was given up. Only a restore that was seen says so.
 */
function takenBack(snapshot: Snapshot, { chains, jobs }: RestorePointsInput): string | null {
  const own = chains.runOf(snapshot)
  if (snapshot.jobId === null || jobs.get(snapshot.jobId)?.liveness === 'running') return null
  const later = chains.children(own).find((link) => link.checkpointId < (snapshot.checkpointId ?? Number.NEGATIVE_INFINITY))
  if (later === undefined) return null
  return `superseded: job ${later.run.jobId} was restored from an older one, checkpoint ${later.checkpointId}, and went on from there`
}

/** Of runs that went on from the same run, the one that a cluster or the history saw start last is the one that a person chose last. */
function overtakenBy(snapshot: Snapshot, tips: Snapshot[], { chains, jobs }: RestorePointsInput): string | null {
  const run = chains.runOf(snapshot)
  const later = tips
    .map((one) => chains.runOf(one))
    .find((one) => one !== run && isSibling(one, run, chains) && startOf(one, jobs) > startOf(run, jobs))
  if (later === undefined || run.jobId === null || !run.isEnded) return null
  return `superseded: job ${later.jobId} was started after it, from the same run`
}

function isSibling(a: Run, b: Run, chains: Chains): boolean {
  const from = chains.linkOf(a)?.from
  return from !== undefined && from === chains.linkOf(b)?.from
}

/** `NaN` when no source tells it: then it is neither before nor after another. */
function startOf({ jobId }: Run, jobs: Map<string, KnownJob>): number {
  return jobs.get(jobId ?? '')?.startedAtMs ?? Number.NaN
}
