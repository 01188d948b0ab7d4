import { EMPTY_DIRECTORY } from './assemble-survey.js'
import { isOfDrill } from './drill.js'
import type { KnownJob } from './jobs.js'
import { snapshotDirectory } from './lineage.js'
import { isBelow, isSameContainer, type Location, locationKey, parseLocation } from './location.js'
import { byAge, type Snapshot } from './snapshot.js'

export interface RestorePointsInput {
  snapshots: Snapshot[]
  jobs: Map<string, KnownJob>
  /** What the job is or was called. */
  names: string[]
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
  newest: Snapshot | null
  /** Restorable ones of the job, the newest included. */
  restorable: number
  /** Newer ones that cannot or should not be restored, with why; newest first. */
  passedOver: PassedOver[]
  /** Complete ones of jobs whose name nobody knows. */
  unnamed: number
}

/**
 * The newest restorable snapshot of a job, across all its job ids. Its own are those of the runs that have its name, those that a run of
 * its name was restored from, and nameless ones in directories that only it uses. What a restore test wrote is nobody's.
 */
export function restorePoints(input: RestorePointsInput): RestorePoints {
  const { jobs, beforeMs } = input
  const there = input.snapshots.filter((one) => one.problem !== EMPTY_DIRECTORY && !isOfDrill(one))
  const runs = [...jobs.values()].filter((job) => job.name !== null && input.names.includes(job.name) && !job.neverRan)
  const isOwn = ownership(input, runs, there)
  const own = there.filter((one) => isOwn(one) && (beforeMs === null || one.completedAtMs < beforeMs)).toSorted(byAge)
  const judged = own.map((snapshot) => ({ snapshot, reason: unfit(snapshot) ?? takenBack(snapshot, runs, own, jobs) }))
  const fit = judged.filter((one) => one.reason === null)
  const newestAt = judged.findIndex((one) => one.reason === null)
  const newer = newestAt < 0 ? judged : judged.slice(0, newestAt)
  return {
    newest: fit[0]?.snapshot ?? null,
    restorable: fit.length,
    passedOver: newer.flatMap(({ snapshot, reason }) => (reason === null ? [] : [{ snapshot, reason }])),
    unnamed: there.filter((one) => one.completeness === 'complete' && nameOf(one, jobs) === null && !isOwn(one)).length,
  }
}

function ownership(input: RestorePointsInput, runs: KnownJob[], there: Snapshot[]): (snapshot: Snapshot) => boolean {
  const { jobs, names } = input
  const ids = new Set(runs.map((job) => job.jobId))
  const parents = new Set(runs.flatMap((job) => keyOf(job.restoredFrom)))
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
 * that was given up. Only a restore that is known to have run says so.
 */
function takenBack(snapshot: Snapshot, runs: KnownJob[], own: Snapshot[], jobs: Map<string, KnownJob>): string | null {
  if (snapshot.jobId === null || jobs.get(snapshot.jobId)?.liveness === 'running') return null
  for (const run of runs) {
    const [key] = keyOf(run.restoredFrom)
    const parent = own.find((one) => locationKey(one.directory) === key)
    if (parent === undefined || parent.jobId !== snapshot.jobId || run.jobId === snapshot.jobId) continue
    const hasRun = run.state !== null || own.some((one) => one.jobId === run.jobId)
    if (hasRun && byAge(snapshot, parent) < 0)
      return `superseded: job ${run.jobId} was restored from an older one, ${parent.directory.name}, and went on from there`
  }
  return null
}
