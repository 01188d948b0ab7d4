import type { Chains } from './chains.js'
import { type HoldingReason, type Holds, holdOf } from './holds.js'
import type { KnownJob } from './jobs.js'
import { isGivenUp, type LastPoint, labelOf, lastPoints } from './last-points.js'
import { lastSegment } from './layout.js'
import { locationKey } from './location.js'
import { isDead, type RetentionPolicy } from './policy.js'
import type { Snapshot } from './snapshot.js'

export interface RetentionInput {
  snapshots: Snapshot[]
  jobs: Map<string, KnownJob>
  /** Who went on from what. */
  chains: Chains
  /** Snapshot directories (keys) that a live job names or was restored from, each with why. */
  inUse: Map<string, string>
  /** Snapshot directories (keys) that an open maintenance window names, each with why. */
  inWindow?: ReadonlyMap<string, string>
  /** What somebody else than the jobs points at. */
  holds?: Holds
  policy: RetentionPolicy
  /** Job ids that the user asked for; `null` or absent = all. */
  only?: ReadonlySet<string> | null
  /** The storage service's clock. */
  nowMs: number
}

export type KeepReason =
  | 'pinned'
  | 'window'
  | 'in-use'
  | 'job-running'
  | 'job-unknown'
  | 'last-of-lineage'
  | 'abandoned-tip'
  | 'too-young'
  | 'savepoints-left-alone'
  | 'no-age-limit'
  | 'writing'
  | 'no-job'
  | 'protected'
  | 'not-asked'
  | HoldingReason

export interface Decision {
  snapshot: Snapshot
  verdict: 'keep' | 'expire'
  /** Every reason that holds, the strongest first; for `expire` why it may go. */
  reasons: { reason: KeepReason | 'expired'; detail: string }[]
  /** For `expire`: the restore point that carries it on; `null` when it was given up, or cannot be restored. */
  keptFor?: Snapshot | null
}

/**
 * Decides for every snapshot with `_metadata`: keep or expire, with all its reasons. Pure. A snapshot that can be restored expires only when
 * `keepLast` restore points lie downstream of it (`lastPoints`); checkpoints expire only in trees of jobs proven terminated.
 */
export function retain(input: RetentionInput): Decision[] {
  const last = lastPoints(input)
  return input.snapshots
    .filter((snapshot) => snapshot.etag !== null)
    .map((snapshot) => {
      const kept = keepReasons(snapshot, input, last)
      if (kept.length > 0) return { snapshot, verdict: 'keep', reasons: kept }
      const keptFor = snapshot.completeness === 'complete' ? input.chains.next(snapshot, (one) => !isGivenUp(one, input)) : null
      return { snapshot, verdict: 'expire', reasons: [{ reason: 'expired', detail: expiryDetail(snapshot, keptFor, input) }], keptFor }
    })
}

function keepReasons(snapshot: Snapshot, input: RetentionInput, last: Map<Snapshot, LastPoint>): { reason: KeepReason; detail: string }[] {
  const key = locationKey(snapshot.directory)
  const reasons: { reason: KeepReason; detail: string }[] = []
  const add = (reason: KeepReason, detail: string | undefined | null) => {
    if (typeof detail === 'string') reasons.push({ reason, detail })
  }
  add('not-asked', isAsked(snapshot.jobId, input.only) ? null : 'it belongs to another job than --job')
  add('pinned', input.policy.pins.has(key) ? 'pinned in the configuration' : null)
  add('window', input.inWindow?.get(key))
  const hold = input.holds && holdOf(input.holds, snapshot.directory)
  if (hold) reasons.push(hold)
  add('writing', snapshot.completeness === 'writing' ? 'it is being written' : null)
  const isGivenUpFile = isDead(`${key}/_metadata`, snapshot.etag, input.policy.dead)
  add('protected', snapshot.completeness === 'unreadable' && !isGivenUpFile ? `what it needs is unknown: ${snapshot.problem}` : null)
  const owner = ownerReason(snapshot, input)
  if (owner !== null) reasons.push(owner)
  add('in-use', input.inUse.get(key))
  const lastPoint = last.get(snapshot)
  if (lastPoint !== undefined) reasons.push(lastPoint)
  const age = ageReason(snapshot, input)
  if (age !== null) reasons.push(age)
  return reasons
}

/** Whether a thing of this job was asked for. */
export function isAsked(jobId: string | null, only: ReadonlySet<string> | null | undefined): boolean {
  return only === null || only === undefined || (jobId !== null && only.has(jobId))
}

/** Checkpoints live in their job's tree; while that job may go on, Flink alone removes them. */
function ownerReason(snapshot: Snapshot, input: RetentionInput): { reason: KeepReason; detail: string } | null {
  if (snapshot.kind === 'savepoint') return null
  if (snapshot.jobId === null) return { reason: 'no-job', detail: 'its path names no job, so no end of that job can be proven' }
  const job = input.jobs.get(snapshot.jobId)
  if (job === undefined || job.liveness === 'unknown')
    return { reason: 'job-unknown', detail: `job ${short(snapshot.jobId)} is not proven ended` }
  return job.liveness === 'running' ? { reason: 'job-running', detail: `job ${short(snapshot.jobId)} is ${job.proof}` } : null
}

function ageLimitMs({ kind }: Snapshot, { policy }: RetentionInput): number | null {
  return kind === 'savepoint' ? policy.savepointsMs : policy.checkpointsMs
}

function ageReason(snapshot: Snapshot, input: RetentionInput): { reason: KeepReason; detail: string } | null {
  const limit = ageLimitMs(snapshot, input)
  if (limit === null) {
    return snapshot.kind === 'savepoint'
      ? { reason: 'savepoints-left-alone', detail: 'savepoints are left alone without --savepoints-older-than' }
      : { reason: 'no-age-limit', detail: 'no --older-than was given' }
  }
  return input.nowMs - snapshot.completedAtMs <= limit ? { reason: 'too-young', detail: `younger than ${hours(limit)}` } : null
}

function expiryDetail(snapshot: Snapshot, keptFor: Snapshot | null, input: RetentionInput): string {
  const age = `older than ${hours(ageLimitMs(snapshot, input) ?? 0)}`
  if (snapshot.completeness !== 'complete') return `${age}, not restorable: ${snapshot.problem ?? snapshot.completeness}`
  if (keptFor === null) return `${age}, and given up`
  const run = input.chains.runOf(keptFor)
  const whose = run === input.chains.runOf(snapshot) ? '' : ` of ${labelOf(run)}`
  return `${age}, and ${lastSegment(keptFor.directory.name)}${whose} carries it on`
}

function short(jobId: string): string {
  return jobId.slice(0, 8)
}

function hours(ms: number): string {
  const day = 86_400_000
  if (ms >= 3 * day && ms % day === 0) return `${ms / day}d`
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${Math.round(ms / 1000)}s`
}
