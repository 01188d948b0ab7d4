import { type KnownJob, ownPaths } from './jobs.js'
import { snapshotDirectory } from './lineage.js'
import { locationKey, parseLocation } from './location.js'
import { hasSameState } from './operators.js'
import { tellingDigits } from './runs.js'
import type { Snapshot } from './snapshot.js'

/** How long a snapshot may be under way when nobody says so: the default checkpoint timeout, and a while to write `_metadata`. */
const WRITING_MS = 15 * 60_000

export interface AttributeInput {
  snapshots: Snapshot[]
  jobs: Map<string, KnownJob>
  nowMs: number
  /** Whether every listed JobManager answered; if not, a young directory may be under way. */
  allClustersAnswered: boolean
}

/** Adds what the cluster knows to what storage shows: whose savepoint it is, and whether one without `_metadata` is under way. */
export function attribute(input: AttributeInput): Snapshot[] {
  const owners = namedOwners(input.jobs)
  const newestIds = newestCompleted(input.snapshots)
  const known = groupByJob(input.snapshots, owners)
  return input.snapshots.map((snapshot) => {
    const jobId = snapshot.jobId ?? owners.get(locationKey(snapshot.directory)) ?? ownerByDigits(snapshot, input.jobs, known)
    const attributed = { ...snapshot, jobId }
    return isUnfinished(attributed) ? { ...attributed, completeness: progress(attributed, input, newestIds) } : attributed
  })
}

function isUnfinished(snapshot: Snapshot): boolean {
  return snapshot.completeness === 'writing' || snapshot.etag === null
}

/** Savepoint directories (keys) that a job itself names. */
function namedOwners(jobs: Map<string, KnownJob>): Map<string, string> {
  const owners = new Map<string, string>()
  for (const job of jobs.values()) {
    for (const path of ownPaths(job)) {
      const parsed = parseLocation(path)
      if (parsed.ok) owners.set(locationKey(snapshotDirectory(parsed.location)), job.jobId)
    }
  }
  return owners
}

/** The snapshots of which the job is known without looking into them. */
function groupByJob(snapshots: Snapshot[], owners: Map<string, string>): Map<string, Snapshot[]> {
  const byJob = new Map<string, Snapshot[]>()
  for (const one of snapshots) {
    const jobId = one.jobId ?? owners.get(locationKey(one.directory))
    if (jobId !== undefined) byJob.set(jobId, [...(byJob.get(jobId) ?? []), one])
  }
  return byJob
}

/**
 * `savepoint-<first 6 hex of the job id>-...` (`FsCheckpointStorageAccess.initializeLocationForSavepoint`): only where they fit one job that is
 * known, and that job has a snapshot with state of the same operators.
 */
function ownerByDigits(snapshot: Snapshot, jobs: Map<string, KnownJob>, known: Map<string, Snapshot[]>): string | null {
  const digits = tellingDigits(snapshot.directory.name)
  if (digits === null) return null
  const [jobId, ...others] = [...jobs.keys()].filter((one) => one.startsWith(digits))
  if (jobId === undefined || others.length > 0) return null
  return known.get(jobId)?.some((one) => hasSameState(one.operators, snapshot.operators)) ? jobId : null
}

function newestCompleted(snapshots: Snapshot[]): Map<string, number> {
  const newest = new Map<string, number>()
  for (const one of snapshots) {
    if (one.jobId === null || one.checkpointId === null || one.completeness === 'writing' || one.etag === null) continue
    newest.set(one.jobId, Math.max(newest.get(one.jobId) ?? 0, one.checkpointId))
  }
  return newest
}

/** A running job's next checkpoint is being written; a leftover behind a newer one, or of an ended job, is not. */
function progress(snapshot: Snapshot, input: AttributeInput, newestIds: Map<string, number>): 'writing' | 'incomplete' {
  const job = snapshot.jobId === null ? undefined : input.jobs.get(snapshot.jobId)
  const isYoung = input.nowMs - snapshot.completedAtMs < WRITING_MS
  if (job?.liveness === 'terminated') return 'incomplete'
  if (job?.liveness !== 'running') return isYoung && (!input.allClustersAnswered || snapshot.jobId === null) ? 'writing' : 'incomplete'
  if (snapshot.kind === 'savepoint' || snapshot.checkpointId === null) return isYoung ? 'writing' : 'incomplete'
  return job.inProgressIds.includes(snapshot.checkpointId) || snapshot.checkpointId > (newestIds.get(job.jobId) ?? 0)
    ? 'writing'
    : 'incomplete'
}
