import { pendingRestores } from './in-use.js'
import type { KnownJob } from './jobs.js'
import { checkpointIdOf } from './layout.js'
import { ownerOf, snapshotDirectory, snapshotOwners } from './lineage.js'
import { type Location, locationKey, parseLocation } from './location.js'
import type { Guard, PlanInput, PlannedDelete } from './plan.js'
import { isDead } from './policy.js'
import type { KeepReason } from './retention.js'
import { byAge, type Snapshot } from './snapshot.js'
import type { Survey } from './survey.js'

/** The guards that the survey and the plan themselves answer, after those handed in. */
export function planGuards(input: PlanInput, swept: PlannedDelete[]): Guard[] {
  return [
    ...input.guards,
    rootsGuard(input),
    metadataGuard(input),
    hitRateGuard(input),
    newestGuard(input),
    restoreGuard(input),
    stableGuard(input),
    shareGuard(input, swept),
  ]
}

export function ok(name: string, message: string): Guard {
  return { name, status: 'ok', message, override: null }
}

export function refuse(name: string, message: string, override: string | null = null): Guard {
  return { name, status: 'refuse', message, override }
}

function rootsGuard(input: PlanInput): Guard {
  if (input.roots.length === 0) return refuse('roots', 'no checkpoint or savepoint root is known: name them in flinkops.yaml')
  return ok('roots', `${counted(input.roots.length, 'root')} in ${counted(input.survey.containers.length, 'container')}`)
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

/** An unreadable `_metadata` can reference anything. */
function metadataGuard(input: PlanInput): Guard {
  const held = heldFor(input)
  const isUnknown = ({ directory, etag }: Survey['unreadable'][number]) => !isDead(metadataKeyOf(directory), etag, input.dead)
  const contested = input.survey.unreadable.find((one) => !isUnknown(one) && held.has(locationKey(one.directory)))
  if (contested !== undefined) {
    const { name } = contested.directory
    const why = held.get(locationKey(contested.directory))
    return refuse('metadata', `--dead gives up ${name}/_metadata#${contested.etag}, but it stays (${why}): what it needs is unknown`)
  }
  const [first, ...more] = input.survey.unreadable.filter(isUnknown)
  if (first === undefined) return ok('metadata', `all ${input.survey.fingerprint.size} _metadata files were read`)
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  const message = `${first.directory.name}/_metadata: ${first.problem}${others}; what it needs is unknown`
  return refuse('metadata', message, `--dead ${first.directory.name}/_metadata#${first.etag}`)
}

/** Who wants a snapshot to stay whatever its age, by directory (key). */
const WANTED = new Set<KeepReason>(['pinned', 'window', 'in-use', 'configured', 'high-availability', 'claimed', 'copy'])

function heldFor({ decisions }: PlanInput): Map<string, string> {
  const wanted = decisions.flatMap(({ snapshot, verdict, reasons }): [string, string][] => {
    const why = verdict === 'keep' ? reasons.find(({ reason }) => reason !== 'expired' && WANTED.has(reason)) : undefined
    return why === undefined ? [] : [[locationKey(snapshot.directory), why.detail]]
  })
  return new Map(wanted)
}

function metadataKeyOf(directory: Location): string {
  return `${locationKey(directory)}/_metadata`
}

/**
 * In the newest snapshot of each job every absolute reference must exist: one miss means that paths are not understood, and then
 * every file would look orphaned. A tree that a later job claimed is exempt: CLAIM breaks the other snapshots in it for good. An ended
 * job may have left a broken one behind (its JobManager died while discarding it): a person gives that up by name.
 */
function hitRateGuard(input: PlanInput): Guard {
  const claimed = claimedJobs(input)
  for (const snapshot of newestByJob(input.survey.snapshots)) {
    if (snapshot.missingAbsolute === 0 || (snapshot.jobId !== null && claimed.has(snapshot.jobId))) continue
    if (isDead(metadataKeyOf(snapshot.directory), snapshot.etag, input.dead)) continue
    const message = `${snapshot.directory.name} is the newest of its job, and ${snapshot.missingAbsolute} of its files are not in the listing`
    const hasEnded = snapshot.jobId !== null && input.jobs.get(snapshot.jobId)?.liveness === 'terminated'
    return refuse('hit-rate', message, hasEnded ? `--dead ${snapshot.directory.name}/_metadata#${snapshot.etag}` : null)
  }
  return ok('hit-rate', 'every file that the newest snapshots name is there')
}

function newestByJob(snapshots: Snapshot[]): Snapshot[] {
  const newest = new Map<string, Snapshot>()
  for (const snapshot of snapshots) {
    if (snapshot.etag === null || snapshot.completeness === 'writing') continue
    const key = snapshot.jobId ?? locationKey(snapshot.directory)
    const before = newest.get(key)
    if (before === undefined || byAge(snapshot, before) < 0) newest.set(key, snapshot)
  }
  return [...newest.values()]
}

/** Jobs from which a later job was restored. */
function claimedJobs(input: PlanInput): Set<string> {
  const owners = snapshotOwners(input.survey.snapshots)
  const claimed = new Set<string>()
  for (const job of input.jobs.values()) {
    const owner = ownerOf(job.restoredFrom, owners)
    if (owner !== null && owner !== job.jobId) claimed.add(owner)
  }
  return claimed
}

/** What the cluster calls a running job's newest checkpoint must be among the parsed ones, or a newer one of that job is. */
function newestGuard(input: PlanInput): Guard {
  for (const job of input.jobs.values()) {
    if (job.liveness !== 'running' || job.latestCompleted === null) continue
    if (!isParsed(job, job.latestCompleted, input.survey.snapshots)) {
      return refuse(
        'newest-checkpoint',
        `job ${job.jobId.slice(0, 8)} says its newest checkpoint is ${job.latestCompleted.path}, and no _metadata of it was read: is its directory among the roots?`,
      )
    }
  }
  return ok('newest-checkpoint', "every running job's newest checkpoint was read")
}

/** A running job may have to be restored once more from where it began; what that snapshot needs must be known. */
function restoreGuard(input: PlanInput): Guard {
  const readable = new Set(input.survey.snapshots.filter(isReadable).map((one) => locationKey(one.directory)))
  for (const job of input.jobs.values()) {
    if (job.liveness !== 'running') continue
    const id = job.jobId.slice(0, 8)
    const unread = pendingRestores(job, input.survey.snapshots).find((key) => !readable.has(key))
    if (unread !== undefined)
      return refuse(
        'restore-points',
        `job ${id} was restored from ${unread} and has no newer checkpoint, and no _metadata of it was read: is its directory among the roots?`,
      )
  }
  return ok('restore-points', 'what running jobs were restored from was read, or is no longer needed')
}

function isParsed(job: KnownJob, newest: { path: string; completedAtMs: number }, snapshots: Snapshot[]): boolean {
  const parsed = parseLocation(newest.path)
  if (!parsed.ok) return false
  const directory = snapshotDirectory(parsed.location)
  const isIt = (one: Snapshot) => locationKey(one.directory) === locationKey(directory)
  return snapshots.some((one) => isReadable(one) && (isIt(one) || isNewer(one, job, newest.completedAtMs, checkpointIdOf(directory.name))))
}

/** How far the JobManager's clock may be from the storage service's. */
const TOLERATED_SKEW_MS = 5 * 60_000

function isReadable(snapshot: Snapshot): boolean {
  return snapshot.etag !== null && snapshot.completeness !== 'unreadable' && snapshot.completeness !== 'writing'
}

/** By checkpoint id, since two clocks are in play; by time too, since with a fixed job id higher ids may be of an earlier run. */
function isNewer(snapshot: Snapshot, job: KnownJob, completedAtMs: number, newestId: number | null): boolean {
  const isLaterId = newestId !== null && snapshot.checkpointId !== null && snapshot.checkpointId > newestId
  return snapshot.jobId === job.jobId && isLaterId && snapshot.completedAtMs > completedAtMs - TOLERATED_SKEW_MS
}

function stableGuard(input: PlanInput): Guard {
  if (input.survey.isStable) return ok('stable-listing', 'two listings showed the same snapshots')
  return refuse('stable-listing', 'snapshots kept changing while they were read; try again when fewer checkpoints are under way')
}

/** A path bug makes everything look orphaned; so a large share of orphans needs the number confirmed. */
function shareGuard(input: PlanInput, swept: PlannedDelete[]): Guard {
  const fresh = swept.filter(({ blob }) => input.confirmed?.has(`${locationKey(blob)}#${blob.etag}`) !== true)
  const bytes = fresh.reduce((sum, one) => sum + one.blob.sizeBytes, 0)
  const share = input.survey.totals.bytes === 0 ? 0 : bytes / input.survey.totals.bytes
  const percent = Math.ceil(share * 100)
  if (share <= input.maxShare) return ok('share', `orphans are ${percent} % of the scanned bytes`)
  return refuse(
    'share',
    `orphans are ${percent} % of the scanned bytes, more than ${Math.round(input.maxShare * 100)} %: a missing root makes needed files look like orphans; --max-share ${percent}% says that you looked, and that all of it is garbage`,
    `--max-share ${percent}%`,
  )
}
