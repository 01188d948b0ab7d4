import { EMPTY_DIRECTORY } from '../state/assemble-survey.js'
import type { KnownJob } from '../state/jobs.js'
import { snapshotDirectory } from '../state/lineage.js'
import { locationKey, parseLocation } from '../state/location.js'
import type { Completeness, Snapshot } from '../state/snapshot.js'
import { type KnowSnapshotsInput, knowSnapshots } from './know-snapshots.js'
import { matchJobs } from './match-jobs.js'

export interface ListSnapshotsInput extends KnowSnapshotsInput {
  kind: 'checkpoint' | 'savepoint' | 'any'
  /** Job id, prefix or name; `null` = all. */
  job: string | null
  pins: string[]
  /** Writes a blob name as the user spells it. */
  spell: (account: string, container: string, name: string) => string
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
  const { snapshots, jobs, nowMs, silent } = await knowSnapshots(input)
  const wanted = input.job === null ? null : matchJobs(input.job, jobs)
  const pins = new Set(input.pins.flatMap((pin) => keyOf(pin)))
  return {
    snapshots: snapshots
      .filter((one) => !(one.completeness === 'incomplete' && one.problem === EMPTY_DIRECTORY))
      .filter(
        (one) => (input.kind === 'any' || one.kind === input.kind) && (wanted === null || (one.jobId !== null && wanted.has(one.jobId))),
      )
      .toSorted((a, b) => b.completedAtMs - a.completedAtMs || (b.checkpointId ?? 0) - (a.checkpointId ?? 0))
      .map((one) => listed(one, jobs, nowMs, pins, input)),
    silent,
  }
}

function keyOf(pin: string): string[] {
  const parsed = parseLocation(pin)
  return parsed.ok ? [locationKey(snapshotDirectory(parsed.location))] : []
}

/** A snapshot as lists show it; `pins` are keys. */
export function listed(
  snapshot: Snapshot,
  jobs: Map<string, KnownJob>,
  nowMs: number,
  pins: Set<string>,
  input: Pick<ListSnapshotsInput, 'spell'>,
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
