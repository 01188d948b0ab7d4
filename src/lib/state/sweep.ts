/**
 * The class table: may an unreferenced blob be swept? A blob is deleted only on a rule of this table; everything else is held, with
 * the reason, so that a person sees what it costs.
 */
import type { HoldingReason } from './holds.js'
import type { KnownJob } from './jobs.js'
import { isStateFileName, lastSegment, type Place } from './layout.js'
import type { RunningTree } from './running-tree.js'

export type HoldReason =
  | 'too-young'
  | 'job-running'
  | 'in-progress'
  | 'job-unknown'
  | 'no-job'
  | 'task-owned'
  | 'temporary'
  | 'unknown-name'
  | 'unknown-layout'
  | 'outside-roots'
  | 'not-asked'
  | 'needed-directory'
  | 'possibly-needed'
  | 'changelog'
  | HoldingReason

export type SweepVerdict = { action: 'delete'; reason: 'orphan' | 'incomplete' } | { action: 'hold'; reason: HoldReason }

export interface SweepCase {
  place: Place
  ageMs: number
  graceMs: number
  job: KnownJob | null
  /** The place's directory holds a `_metadata` (of a snapshot that stays). */
  hasMetadata: boolean
  isBelowRoot: boolean
  /** Somebody points there (`Holds`). */
  heldBy?: HoldingReason | null
  /** `false`: the user asked for other jobs only. */
  isAsked?: boolean
  /** A directory reference (tag 17) of a live snapshot covers it. */
  isBelowNeededDirectory: boolean
  /** A snapshot misses a file of this base name, or its tree holds one that may be meant (FLINK-39964). */
  isPossiblyNeeded: boolean
  /** The user asserts that no job has a write-ahead sink (`GenericWriteAheadSink` keeps handles inside operator state). */
  sweepsTaskOwned?: boolean | undefined
  /** The running job's tree; absent = not running, or nothing of it may go. */
  running?: RunningTree | undefined
  /** Some job that has not ended keeps a changelog, in whatever tree. */
  isChangelogLive?: boolean
}

/** Applies the table to one unreferenced blob. */
export function sweep(one: SweepCase): SweepVerdict {
  const hold = holdReason(one)
  if (hold !== null) return { action: 'hold', reason: hold }
  const isIncomplete = (one.place.area === 'checkpoint' || one.place.area === 'savepoint') && !one.hasMetadata
  return { action: 'delete', reason: isIncomplete ? 'incomplete' : 'orphan' }
}

function holdReason(one: SweepCase): HoldReason | null {
  const layout = layoutReason(one.place, one.sweepsTaskOwned === true)
  if (layout !== null) return layout
  if (!one.isBelowRoot) return 'outside-roots'
  if (one.heldBy) return one.heldBy
  if (one.isAsked === false) return 'not-asked'
  if (one.isBelowNeededDirectory) return 'needed-directory'
  if (one.isPossiblyNeeded) return 'possibly-needed'
  const owner = ownerReason(one)
  if (owner !== null) return owner
  if (one.isChangelogLive === true && isShared(one.place)) return 'changelog'
  return one.ageMs <= (one.running?.graceMs ?? one.graceMs) ? 'too-young' : null
}

function layoutReason(place: Place, sweepsTaskOwned: boolean): HoldReason | null {
  if (place.area === 'temporary') return 'temporary'
  if (place.area === 'other') return 'unknown-layout'
  if (!isStateFileName(lastSegment(place.file))) return 'unknown-name'
  const isNested = place.area === 'shared-merged' || place.area === 'taskowned-merged' || place.area === 'forst'
  if (!isNested && place.file.includes('/')) return 'unknown-layout'
  return place.area === 'taskowned' && !sweepsTaskOwned ? 'task-owned' : null
}

function isShared({ area }: Place): boolean {
  return area === 'shared' || area === 'shared-merged' || area === 'forst'
}

/** An incomplete savepoint directory belongs to nobody's tree; everything else follows its job. */
function ownerReason(one: SweepCase): HoldReason | null {
  if (one.place.area === 'savepoint' && !one.hasMetadata) return null
  if (one.job === null) return 'no-job'
  if (one.job.liveness === 'running') return runningReason(one)
  return one.job.liveness === 'unknown' ? 'job-unknown' : null
}

/**
 * Of a running job only two classes may go: flat shared files, when nothing but RocksDB writes there, and what is left of a checkpoint
 * that a newer one has overtaken. Everything else may be live although nothing references it.
 */
function runningReason({ place, hasMetadata, running }: SweepCase): HoldReason | null {
  if (running === undefined || running.graceMs === null) return 'job-running'
  if (place.area === 'shared') return running.isPlain ? null : 'job-running'
  if (hasMetadata || place.checkpointId === null) return 'job-running'
  const isOvertaken = running.newestCompletedId !== null && place.checkpointId < running.newestCompletedId
  return isOvertaken && !running.inProgressIds.has(place.checkpointId) ? null : 'in-progress'
}

/** Words for a hold reason. */
export function describeHold(reason: HoldReason): string {
  return HOLD_WORDS[reason]
}

const HOLD_WORDS: Record<HoldReason, string> = {
  'too-young': 'younger than the grace period: may belong to a checkpoint in progress',
  'job-running': 'the job is running, and may need it although no snapshot names it',
  'in-progress': 'may belong to a checkpoint in progress',
  'job-unknown': 'nobody proves that the job has ended',
  'no-job': 'the path names no job whose end could be proven',
  'task-owned': 'task-owned state: a write-ahead sink may need it without any reference',
  temporary: "the driver's temporary uploads",
  'unknown-name': 'not a name that Flink gives its state files',
  'unknown-layout': 'not where Flink keeps state: never touched',
  'outside-roots': 'outside the configured roots',
  'not-asked': 'not asked for',
  'needed-directory': 'below a directory that a snapshot needs as a whole',
  'possibly-needed': 'a snapshot misses a file of this name (FLINK-39964)',
  changelog: 'a job with a changelog has not ended: it may have taken over state that no checkpoint names yet',
  configured: 'Flink is configured to start from it',
  'high-availability': 'a high-availability store names it, or one that is not understood may mean it',
  claimed: 'the last checkpoint of its job is gone, and nothing here explains why: another job may have claimed it and live on these files',
  copy: 'a copy of another place, left whole',
}
