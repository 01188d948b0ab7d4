import type { JobEvidence } from './evidence.js'
import type { Hold } from './holds.js'
import type { KnownJob } from './jobs.js'
import { placeOf } from './layout.js'
import { snapshotDirectory } from './lineage.js'
import { isSameContainer, type Location, locationKey, parseLocation } from './location.js'
import type { Survey } from './survey.js'

/** An end after which that checkpoint must lie where it was, and it does not. */
export interface Suspect {
  jobId: string
  /** As the source spells it. */
  path: string
  directory: Location
  /** Which source says so: a JobManager's URL, or the history directory. */
  where: string
  state: string
}

type EndEvidence = Pick<JobEvidence, 'jobId' | 'where' | 'state' | 'left'>

/**
 * Jobs that were CANCELED or FAILED and whose last completed checkpoint is gone although their Flink did not discard it, and no known job
 * was restored from it. FINISHED proves nothing: a stop with savepoint deletes them, and archives still say `discarded: false`.
 */
export function suspectClaims(evidence: readonly EndEvidence[], survey: Survey, jobs: Map<string, KnownJob>): Suspect[] {
  const there = new Set(survey.snapshots.filter((one) => one.etag !== null).map((one) => locationKey(one.directory)))
  const explained = new Set([...discarded(evidence), ...restoredFrom(jobs, survey.containers)])
  return evidence.flatMap(({ jobId, where, state, left }): Suspect[] => {
    const isEnd = (state === 'CANCELED' || state === 'FAILED') && jobs.get(jobId)?.liveness === 'terminated'
    const directory = isEnd && left ? directoryOf(left.path) : null
    if (!isEnd || !left || directory === null || !isSurveyed(directory, survey.containers)) return []
    const key = locationKey(directory)
    return there.has(key) || explained.has(key) ? [] : [{ jobId, path: left.path, directory, where, state }]
  })
}

/** What is left of their trees is held, whatever it is: by the ids that Flink and the path say. */
export function holdsOfClaims(suspects: readonly Suspect[], alsoLast: ReadonlySet<string>): Map<string, Hold> {
  const holds = new Map<string, Hold>()
  for (const { jobId, path, directory, where, state } of suspects) {
    const detail = `${where} says that its job was ${state} and left ${path}, which is gone: another job may have claimed it`
    for (const id of [jobId, placeOf(directory.name).jobId ?? jobId]) {
      if (!alsoLast.has(id)) holds.set(id, { reason: 'claimed', detail })
    }
  }
  return holds
}

function discarded(evidence: readonly EndEvidence[]): string[] {
  return evidence.flatMap(({ left }) => (left?.isDiscarded === true || left?.isDeletedAtEnd === true ? keysOf(left.path) : []))
}

/** A claimer explains a checkpoint that is gone when what it has written since lies where we look. */
function restoredFrom(jobs: Map<string, KnownJob>, containers: readonly Location[]): string[] {
  return [...jobs.values()].flatMap((job) => {
    const newest = job.latestCompleted === null ? null : directoryOf(job.latestCompleted.path)
    if (job.restoredFrom === null || (newest !== null && !isSurveyed(newest, containers))) return []
    return keysOf(job.restoredFrom).filter((key) => !key.includes(`/${job.jobId}/`))
  })
}

function keysOf(path: string): string[] {
  const directory = directoryOf(path)
  return directory === null ? [] : [locationKey(directory)]
}

function directoryOf(path: string): Location | null {
  const parsed = parseLocation(path)
  return parsed.ok ? snapshotDirectory(parsed.location) : null
}

function isSurveyed(location: Location, containers: readonly Location[]): boolean {
  return containers.some((container) => isSameContainer(container, location))
}
