import { isOfDrill } from './drill.js'
import type { KnownJob } from './jobs.js'
import type { Lineages } from './lineage.js'
import { locationKey } from './location.js'
import { byAge, type Snapshot } from './snapshot.js'

export interface RetentionPolicy {
  /** Checkpoints older than this may expire; `null` = none do. */
  checkpointsMs: number | null
  /** Savepoints older than this may expire; `null` = savepoints are left alone. */
  savepointsMs: number | null
  /** Restorable snapshots kept of every lineage, newest first; at least 1. */
  keepLast: number
  /** The last snapshot of an ended job without name may expire when older than this; `null` = never. */
  unnamedMs: number | null
  /** Job ids whose last restore point is given up. */
  alsoLast: ReadonlySet<string>
  /** Snapshot directories (keys) that are never touched. */
  pins: ReadonlySet<string>
  /** Unreadable snapshots that the user gave up, as `<_metadata key>#<etag>`: exactly that version of that file. */
  dead?: ReadonlySet<string>
}

/** Whether the user gave up exactly this version of an unreadable `_metadata`. */
export function isDead(metadataKey: string, etag: string | null, dead: ReadonlySet<string> | undefined): boolean {
  return dead?.has(`${metadataKey}#${etag}`) ?? false
}

export interface RetentionInput {
  snapshots: Snapshot[]
  jobs: Map<string, KnownJob>
  lineages: Lineages
  /** Snapshot directories (keys) that a live job names or was restored from, each with why. */
  inUse: Map<string, string>
  /** Snapshot directories (keys) that an open maintenance window names, each with why. */
  inWindow?: ReadonlyMap<string, string>
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
  | 'too-young'
  | 'savepoints-left-alone'
  | 'no-age-limit'
  | 'writing'
  | 'no-job'
  | 'protected'
  | 'not-asked'

export interface Decision {
  snapshot: Snapshot
  verdict: 'keep' | 'expire'
  /** Every reason that holds, the strongest first; for `expire` why it may go. */
  reasons: { reason: KeepReason | 'expired'; detail: string }[]
}

/**
 * Decides for every snapshot with `_metadata`: keep or expire, with all its reasons. Pure. The newest `keepLast` *complete*
 * snapshots of a lineage stay whatever their age; checkpoints expire only in trees of jobs proven terminated.
 */
export function retain(input: RetentionInput): Decision[] {
  const last = lastOfLineages(input)
  return input.snapshots
    .filter((snapshot) => snapshot.etag !== null)
    .map((snapshot) => {
      const kept = keepReasons(snapshot, input, last)
      if (kept.length > 0) return { snapshot, verdict: 'keep', reasons: kept }
      return { snapshot, verdict: 'expire', reasons: [{ reason: 'expired', detail: expiryDetail(snapshot, input) }] }
    })
}

function keepReasons(snapshot: Snapshot, input: RetentionInput, last: Map<Snapshot, string>): { reason: KeepReason; detail: string }[] {
  const key = locationKey(snapshot.directory)
  const reasons: { reason: KeepReason; detail: string }[] = []
  const add = (reason: KeepReason, detail: string | undefined | null) => {
    if (typeof detail === 'string') reasons.push({ reason, detail })
  }
  add('not-asked', isAsked(snapshot.jobId, input.only) ? null : 'it belongs to another job than --job')
  add('pinned', input.policy.pins.has(key) ? 'pinned in the configuration' : null)
  add('window', input.inWindow?.get(key))
  add('writing', snapshot.completeness === 'writing' ? 'it is being written' : null)
  const isGivenUpFile = isDead(`${key}/_metadata`, snapshot.etag, input.policy.dead)
  add('protected', snapshot.completeness === 'unreadable' && !isGivenUpFile ? `what it needs is unknown: ${snapshot.problem}` : null)
  const owner = ownerReason(snapshot, input)
  if (owner !== null) reasons.push(owner)
  add('in-use', input.inUse.get(key))
  add('last-of-lineage', last.get(snapshot))
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

/** The newest `keepLast` complete snapshots of each lineage that must stay, with the words for it; a restore test leaves none. */
function lastOfLineages(input: RetentionInput): Map<Snapshot, string> {
  const complete = input.snapshots.filter((snapshot) => snapshot.completeness === 'complete' && !isOfDrill(snapshot))
  const last = new Map<Snapshot, string>()
  for (const [key, lineage] of groupBy(complete, (snapshot) => input.lineages.of(snapshot))) {
    for (const [label, group] of [
      [input.lineages.label(key), lineage] as const,
      ...byName(lineage, input.jobs),
      ...byLivingJob(lineage, input.jobs),
    ]) {
      if (isGivenUp(key, group, input)) continue
      for (const snapshot of newestOf(group, Math.max(1, input.policy.keepLast)))
        last.set(snapshot, last.get(snapshot) ?? lastWords(label, input.policy.keepLast) + hint(key, snapshot, input))
    }
  }
  keepRemains(input, last)
  return last
}

/**
 * The newest by time, and of each job among them the one with the highest checkpoint id: in a copied container Last-Modified tells when a
 * blob was copied, not when the checkpoint was made. The id alone would not do: it starts again when a job id is used again.
 */
function newestOf(group: Snapshot[], count: number): Set<Snapshot> {
  const newest = new Set(group.toSorted(byAge).slice(0, count))
  for (const { jobId } of [...newest]) {
    const [highest] = group
      .filter((one) => one.jobId === jobId && one.checkpointId !== null)
      .toSorted((a, b) => (b.checkpointId ?? 0) - (a.checkpointId ?? 0))
    if (highest) newest.add(highest)
  }
  return newest
}

/** Where nothing of a lineage restores, the newest that holds anything stays, for whoever wants to mend it. */
function keepRemains(input: RetentionInput, last: Map<Snapshot, string>): void {
  for (const [key, lineage] of groupBy(input.snapshots, (snapshot) => (isOfDrill(snapshot) ? null : input.lineages.of(snapshot)))) {
    if (lineage.some((snapshot) => snapshot.completeness === 'complete')) continue
    const isWhole = (snapshot: Snapshot) => snapshot.etag !== null && snapshot.references.length > 0
    const isGiven = (snapshot: Snapshot) => isDead(`${locationKey(snapshot.directory)}/_metadata`, snapshot.etag, input.policy.dead)
    const remains = lineage.filter((snapshot) => isWhole(snapshot) && !isGiven(snapshot)).toSorted(byAge)
    const [newest] = remains
    if (newest === undefined || isGivenUp(key, remains, input)) continue
    last.set(newest, `nothing of ${input.lineages.label(key)} is restorable, and this is the last that is left of it`)
  }
}

/** Of a tree that nobody can name, its operators may remind a person of what it was; they prove nothing. */
function hint(key: string, snapshot: Snapshot, input: RetentionInput): string {
  if (input.lineages.isNamed(key) || snapshot.operatorNames.length === 0) return ''
  return ` (its operators: ${snapshot.operatorNames.slice(0, 3).join(', ')})`
}

/**
 * The snapshots of each job name in a lineage: jobs of different names, or one without a name, may have been restored from the same
 * snapshot, and then none of them carries on the other's work.
 */
function byName(lineage: Snapshot[], jobs: Map<string, KnownJob>): [string, Snapshot[]][] {
  return [...groupBy(lineage, (snapshot) => (snapshot.jobId === null ? null : (jobs.get(snapshot.jobId)?.name ?? null)))]
}

/** The snapshots of each job that is not proven ended: its newest stays, whoever else was restored from one of them meanwhile. */
function byLivingJob(lineage: Snapshot[], jobs: Map<string, KnownJob>): [string, Snapshot[]][] {
  const living = groupBy(lineage, ({ jobId }) => (jobId !== null && jobs.get(jobId)?.liveness !== 'terminated' ? jobId : null))
  return [...living].map(([jobId, snapshots]) => [jobs.get(jobId)?.name ?? short(jobId), snapshots])
}

/** Groups by key; what has none is left out. */
function groupBy(snapshots: Snapshot[], keyOf: (snapshot: Snapshot) => string | null): Map<string, Snapshot[]> {
  const groups = new Map<string, Snapshot[]>()
  for (const snapshot of snapshots) {
    const key = keyOf(snapshot)
    if (key === null) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [snapshot])
    else group.push(snapshot)
  }
  return groups
}

function lastWords(label: string, keepLast: number): string {
  return keepLast === 1 ? `last restore point of ${label}` : `one of the last ${keepLast} of ${label}`
}

/** `--also-last` names the job; `--unnamed-older-than` gives up ended jobs that no newer run can be matched with. */
function isGivenUp(key: string, group: Snapshot[], input: RetentionInput): boolean {
  const ids = group.map((snapshot) => snapshot.jobId)
  if (ids.every((id) => id !== null && input.policy.alsoLast.has(id))) return true
  const limit = input.policy.unnamedMs
  if (limit === null || input.lineages.isNamed(key)) return false
  const ended = ids.every((id) => id !== null && input.jobs.get(id)?.liveness === 'terminated')
  return ended && group.every((snapshot) => input.nowMs - snapshot.completedAtMs > limit)
}

function expiryDetail(snapshot: Snapshot, input: RetentionInput): string {
  const limit = ageLimitMs(snapshot, input) ?? 0
  const newer = input.policy.keepLast === 1 ? 'not the last of its job' : `not among the last ${input.policy.keepLast} of its job`
  return snapshot.completeness === 'complete'
    ? `older than ${hours(limit)}, ${newer}`
    : `older than ${hours(limit)}, not restorable: ${snapshot.problem ?? snapshot.completeness}`
}

function short(jobId: string): string {
  return jobId.slice(0, 8)
}

function hours(ms: number): string {
  const day = 86_400_000
  if (ms >= 3 * day && ms % day === 0) return `${ms / day}d`
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${Math.round(ms / 1000)}s`
}
