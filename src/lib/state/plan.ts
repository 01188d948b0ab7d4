import { planGuards } from './guards.js'
import type { Holds } from './holds.js'
import type { KnownJob } from './jobs.js'
import { liveSet } from './live-set.js'
import type { Location } from './location.js'
import { planMarkers } from './markers.js'
import { Planner } from './planner.js'
import type { Decision } from './retention.js'
import { settle } from './settle.js'
import { findStrays, protection } from './strays.js'
import type { StoredBlob, Survey } from './survey.js'
import type { HoldReason } from './sweep.js'

export type DeleteReason = 'expired-checkpoint' | 'expired-savepoint' | 'incomplete' | 'orphan' | 'marker'

export interface PlannedDelete {
  blob: StoredBlob
  reason: DeleteReason
  /**
   * Keys of blobs that must be gone before this one may go: of a file every `_metadata` that names it, of a directory marker what lies
   * in the directory.
   */
  after: readonly string[]
}

export interface Held {
  /** Key prefix of what is held together: the job tree, savepoint or top directory. */
  prefix: string
  blobs: number
  bytes: number
  reason: HoldReason
}

export interface Guard {
  name: string
  status: 'ok' | 'warn' | 'refuse'
  message: string
  /** The flag that overrides a refusal; `null` = nothing does. */
  override: string | null
}

export interface CleanupPlan {
  /** In the order of execution: `_metadata` of expired snapshots, then files, then markers from the deepest up. */
  deletes: PlannedDelete[]
  decisions: Decision[]
  held: Held[]
  guards: Guard[]
  totals: { blobs: number; bytes: number }
  scanned: { blobs: number; bytes: number; snapshots: number }
}

export interface PlanInput {
  survey: Survey
  jobs: Map<string, KnownJob>
  decisions: Decision[]
  /** Directories below which sweeping is allowed. */
  roots: Location[]
  graceMs: number
  /** What somebody else than the jobs points at; none of it is swept. As retention had it. */
  holds?: Holds | undefined
  /** Job ids that the user asked for; `null` or absent = all. */
  only?: ReadonlySet<string> | null
  /** `false`: only the expired snapshots go, no orphan is swept. */
  sweeps?: boolean
  /** As in the retention policy. */
  dead?: ReadonlySet<string> | undefined
  /** The user asserts that no job has a write-ahead sink: task-owned files of ended jobs may go. */
  sweepsTaskOwned?: boolean | undefined
  /** Largest share of the scanned bytes that may be swept as orphans, 0 to 1. */
  maxShare: number
  /** Blobs (`key#etag`) that an earlier run was confirmed to delete: no surprise, so they count for no share. */
  confirmed?: ReadonlySet<string>
  /** Guards that other parts found (cluster, history, soft delete, ...). */
  guards: Guard[]
}

/** Turns decisions into a deletion plan. Pure: it can name blobs, it cannot reach storage. */
export function planDeletions(asked: PlanInput): CleanupPlan {
  const strays = findStrays(asked.survey)
  const input = {
    ...asked,
    decisions: settle(asked.decisions, asked.survey.blobs.keys, (directory) => protection(directory, asked, strays)),
  }
  const live = liveSet(input)
  const planner = new Planner(input, live, strays)
  const expired = planner.expired()
  const swept = planner.swept()
  const files = [...expired, ...swept.deletes]
  const markers = planMarkers({
    survey: input.survey,
    deletes: files,
    held: swept.kept,
    needed: live.directories,
    holds: input.holds,
    jobs: input.jobs,
    roots: input.roots,
    graceMs: input.graceMs,
    only: input.only,
    sweeps: input.sweeps,
  })
  const deletes = [...files, ...markers]
  const totals = { blobs: deletes.length, bytes: deletes.reduce((sum, one) => sum + one.blob.sizeBytes, 0) }
  return {
    deletes,
    decisions: input.decisions,
    held: swept.held,
    guards: planGuards(input, swept.deletes),
    totals,
    scanned: { ...input.survey.totals, snapshots: input.survey.snapshots.filter((one) => one.etag !== null).length },
  }
}
