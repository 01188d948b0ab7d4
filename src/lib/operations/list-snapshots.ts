import type { ContainerReader, Journal } from '../ports.js'
import { EMPTY_DIRECTORY } from '../state/assemble-survey.js'
import { attribute } from '../state/attribute.js'
import { type KnownJob, knowJobs } from '../state/jobs.js'
import { snapshotDirectory } from '../state/lineage.js'
import { locationKey, parseLocation } from '../state/location.js'
import type { Completeness, Snapshot } from '../state/snapshot.js'
import { type GatherInput, gatherJobs } from './gather-jobs.js'
import { matchJobs } from './match-jobs.js'
import { jobIdsIn } from './plan-cleanup.js'
import { surveyStorage } from './survey-storage.js'

export interface ListSnapshotsInput {
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
  kind: 'checkpoint' | 'savepoint' | 'any'
  /** Job id, prefix or name; `null` = all. */
  job: string | null
  exclusive: boolean
  pins: string[]
  /** Writes a blob name as the user spells it. */
  spell: (account: string, container: string, name: string) => string
  now: () => number
  signal: AbortSignal
  onBlobs?: (blobs: number) => void
}

export interface ListedSnapshot {
  path: string
  kind: 'checkpoint' | 'savepoint'
  jobId: string | null
  jobName: string | null
  checkpointId: number | null
  completeness: Completeness
  problem: string | null
  completedAtMs: number
  ageMs: number
  exclusiveBytes: number
  sharedBytes: number
  missing: number
  /** Whether its job is running; `null` when nobody knows. */
  live: boolean | null
  pinned: boolean
}

export interface SnapshotList {
  snapshots: ListedSnapshot[]
  /** JobManagers that could not be asked. */
  silent: string[]
}

/** Snapshots found in storage, newest first, joined with what clusters, history and journal know of their jobs. */
export async function listSnapshots(input: ListSnapshotsInput): Promise<SnapshotList> {
  const gathered = await gatherJobs({ ...input.cluster, journal: input.journal, signal: input.signal })
  const survey = await surveyStorage({
    readers: input.readers,
    signal: input.signal,
    now: input.now,
    ...(input.onBlobs && { onBlobs: input.onBlobs }),
  })
  const allClustersAnswered = gathered.silent.length === 0
  const jobs = knowJobs({ evidence: gathered.evidence, jobIds: jobIdsIn(survey), exclusive: input.exclusive, allClustersAnswered })
  const snapshots = attribute({ snapshots: survey.snapshots, jobs, nowMs: survey.serverTimeMs, allClustersAnswered })
  const wanted = input.job === null ? null : matchJobs(input.job, jobs)
  const pins = new Set(input.pins.flatMap((pin) => keyOf(pin)))
  return {
    snapshots: snapshots
      .filter((one) => !(one.completeness === 'incomplete' && one.problem === EMPTY_DIRECTORY))
      .filter(
        (one) => (input.kind === 'any' || one.kind === input.kind) && (wanted === null || (one.jobId !== null && wanted.has(one.jobId))),
      )
      .toSorted((a, b) => b.completedAtMs - a.completedAtMs || (b.checkpointId ?? 0) - (a.checkpointId ?? 0))
      .map((one) => listed(one, jobs, survey.serverTimeMs, pins, input)),
    silent: gathered.silent.map((one) => one.problem),
  }
}

function keyOf(pin: string): string[] {
  const parsed = parseLocation(pin)
  return parsed.ok ? [locationKey(snapshotDirectory(parsed.location))] : []
}

function listed(
  snapshot: Snapshot,
  jobs: Map<string, KnownJob>,
  nowMs: number,
  pins: Set<string>,
  input: ListSnapshotsInput,
): ListedSnapshot {
  const { account, container, name } = snapshot.directory
  const job = snapshot.jobId === null ? undefined : jobs.get(snapshot.jobId)
  return {
    path: input.spell(account, container, name),
    kind: snapshot.kind,
    jobId: snapshot.jobId,
    jobName: job?.name ?? null,
    checkpointId: snapshot.checkpointId,
    completeness: snapshot.completeness,
    problem: snapshot.problem,
    completedAtMs: snapshot.completedAtMs,
    ageMs: Math.max(0, nowMs - snapshot.completedAtMs),
    exclusiveBytes: snapshot.exclusiveBytes,
    sharedBytes: snapshot.sharedBytes,
    missing: snapshot.missing,
    live: job === undefined || job.liveness === 'unknown' ? null : job.liveness === 'running',
    pinned: pins.has(locationKey(snapshot.directory)),
  }
}
