import { refusedError } from '../errors.js'
import type { ContainerReader, Journal } from '../ports.js'
import { attribute } from '../state/attribute.js'
import { Chains } from '../state/chains.js'
import { decideNamed } from '../state/delete-named.js'
import { ok, refuse } from '../state/guards.js'
import { snapshotsInUse } from '../state/in-use.js'
import type { KnownJob } from '../state/jobs.js'
import { groupLineages, type Lineages } from '../state/lineage.js'
import { type Location, locationKey } from '../state/location.js'
import { STARTING } from '../state/meanwhile.js'
import { type CleanupPlan, type Guard, planDeletions } from '../state/plan.js'
import type { RetentionPolicy } from '../state/policy.js'
import { retain } from '../state/retention.js'
import type { Survey } from '../state/survey.js'
import type { Windows } from '../state/windows.js'
import { findPointers, type PointerSources } from './find-pointers.js'
import type { GatherInput } from './gather-jobs.js'
import { knowSurveyedJobs } from './know-jobs.js'
import { matchJobs } from './match-jobs.js'
import { clockGuard, clusterGuard, timeOfAges } from './plan-guards.js'
import { type Stock, takeStock } from './take-stock.js'

export interface PlanCleanupInput {
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
  /** Below these it sweeps. */
  roots: Location[]
  /** Every directory that is configured to hold state, whatever was asked for: what lies elsewhere stands in for nothing. */
  stateRoots: Location[]
  exclusive: boolean
  policy: RetentionPolicy
  /** Job id, prefix or name; `null` = all jobs. */
  job: string | null
  /** Directory keys of snapshots that a person named: they go, and nothing else; absent = a clean-up by age. */
  named?: ReadonlySet<string>
  /** What open maintenance windows name. */
  windows: () => Promise<Windows>
  /** Who else may point at state: configurations, high-availability stores, records of our runs. */
  pointers: PointerSources
  graceMs: number
  maxShare: number
  /** What earlier runs were confirmed to delete; asked only when the share of orphans refuses. */
  confirmed?: () => Promise<ReadonlySet<string>>
  /** The user asserts that no job has a write-ahead sink. */
  sweepsTaskOwned?: boolean
  /** The user takes the risk that a deleted blob cannot be brought back. */
  withoutSoftDelete: boolean
  now: () => number
  signal: AbortSignal
  onBlobs?: (blobs: number) => void
  /** As in `SurveyInput`. */
  looksUp?: boolean
  /** When the listing was made, if not just now. */
  listedAtMs?: number
}

export interface PlannedCleanup {
  plan: CleanupPlan
  survey: Survey
  jobs: Map<string, KnownJob>
  lineages: Lineages
}

/** What a clean-up would delete, and what it leaves. Plans only; nothing here can delete. */
export async function planCleanup(input: PlanCleanupInput): Promise<PlannedCleanup> {
  return planStock(input, await takeStock(input))
}

/** The same of what was surveyed already. */
export async function planStock(input: PlanCleanupInput, { gathered, found: surveyed }: Stock): Promise<PlannedCleanup> {
  const windows = await input.windows()
  const allClustersAnswered = gathered.silent.length === 0
  const clocks = { ...surveyed, jobManagers: gathered.clocks }
  const found = { ...surveyed, serverTimeMs: timeOfAges(clocks) }
  const silence = { roots: input.stateRoots, graceMs: input.graceMs }
  const jobs = knowSurveyedJobs({ ...input, silence, gathered, survey: found, givenUp: input.policy.alsoLast })
  const { readers, policy, signal } = input
  const asking = { sources: input.pointers, evidence: gathered.evidence, survey: found, readers, policy, signal }
  const pointed = await findPointers(asking, jobs)
  const snapshots = attribute({ snapshots: found.snapshots, jobs, nowMs: found.serverTimeMs, allClustersAnswered })
  const survey = { ...found, snapshots }
  const lineages = groupLineages(jobs, snapshots)
  const only = input.job === null ? null : matchJobs(input.job, jobs)
  const retention = {
    snapshots,
    jobs,
    chains: new Chains({ snapshots, jobs, roots: input.stateRoots, keys: survey.blobs.keys }),
    inUse: snapshotsInUse(jobs, snapshots),
    inWindow: windows.named,
    holds: pointed.holds,
    policy: input.policy,
    only,
    nowMs: survey.serverTimeMs,
  }
  const decisions = input.named ? decideNamed(retention, input.named) : retain(retention)
  const guards = [
    clusterGuard(gathered),
    startingGuard(jobs),
    graceGuard(jobs, input.graceMs),
    clockGuard(clocks),
    pinGuard(input.policy, survey),
    windowGuard(windows),
    ...pointed.guards,
    await softDeleteGuard(input),
  ]
  const asked = {
    survey,
    jobs,
    decisions,
    roots: input.roots,
    holds: pointed.holds,
    graceMs: input.graceMs,
    maxShare: input.maxShare,
    only,
    sweeps: input.named === undefined,
    dead: input.policy.dead,
    sweepsTaskOwned: input.sweepsTaskOwned,
    guards,
  }
  const plan = planDeletions(asked)
  const isTooMuch = plan.guards.some((guard) => guard.name === 'share' && guard.status === 'refuse')
  if (!isTooMuch || input.confirmed === undefined) return { plan, survey, jobs, lineages }
  return { plan: planDeletions({ ...asked, confirmed: await input.confirmed() }), survey, jobs, lineages }
}

/** Refuses, with every reason, when a named snapshot stays; nothing is done by halves. */
export function checkNamed(plan: CleanupPlan, named: Map<string, string>): void {
  const found = new Set(plan.decisions.map((one) => locationKey(one.snapshot.directory)))
  const kept = plan.decisions.filter((one) => one.verdict === 'keep' && named.has(locationKey(one.snapshot.directory)))
  const words = kept.map(
    (one) => `${named.get(locationKey(one.snapshot.directory))}: ${one.reasons.map((reason) => reason.detail).join('; ')}`,
  )
  for (const [key, path] of named) if (!found.has(key)) words.push(`${path}: it is not in the listing`)
  if (words.length > 0)
    throw refusedError(
      'SNAPSHOT_NEEDED',
      `Nothing was deleted. ${words.join('. ')}.`,
      'The last restore point of an ended job is given up with --also-last <job id>; what an open maintenance window names, with --ignore-window <id>.',
    )
}

/** A job that is just starting may be restoring from anything, and says so only when it runs. */
function startingGuard(jobs: Map<string, KnownJob>): Guard {
  const starting = [...jobs.values()].find((job) => STARTING.has(job.state ?? ''))
  if (starting === undefined) return ok('starting', 'no job is just starting')
  return refuse(
    'starting',
    `job ${starting.name ?? starting.jobId.slice(0, 8)} is ${starting.state} and may be restoring: try again when it runs`,
  )
}

/** A checkpoint may be under way for as long as its timeout; what it uploaded is not referenced yet. */
function graceGuard(jobs: Map<string, KnownJob>, graceMs: number): Guard {
  for (const job of jobs.values()) {
    if (job.liveness !== 'running' || (job.checkpointTimeoutMs ?? 0) <= graceMs) continue
    return refuse(
      'grace',
      `the grace period is shorter than the checkpoint timeout of job ${job.jobId.slice(0, 8)} (${job.checkpointTimeoutMs} ms): give a longer --grace`,
    )
  }
  return ok('grace', `blobs younger than ${Math.round(graceMs / 3_600_000)} h are left alone`)
}

/** A pin that names nothing protects nothing, and its owner should know. */
function pinGuard(policy: RetentionPolicy, survey: Survey): Guard {
  const found = new Set(survey.snapshots.map((one) => locationKey(one.directory)))
  const lost = [...policy.pins].filter((pin) => !found.has(pin))
  if (lost.length === 0) return ok('pins', `${policy.pins.size} pinned snapshots are there`)
  return { name: 'pins', status: 'warn', message: `no snapshot lies at the pin ${lost.join(', ')}`, override: null }
}

/** A manifest that cannot be read may name anything as the way back of a job that is down. */
function windowGuard({ named, unreadable: [first, ...more] }: Windows): Guard {
  if (first === undefined)
    return ok(
      'windows',
      named.size === 0 ? 'no maintenance window is open' : `open maintenance windows name ${named.size} snapshots, which stay`,
    )
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return refuse(
    'windows',
    `the manifest of maintenance window ${first}${others} cannot be read; from which savepoints its jobs are to come back is unknown`,
    [first, ...more].map((id) => `--ignore-window ${id}`).join(' '),
  )
}

const LEAST_SOFT_DELETE_DAYS = 7

async function softDeleteGuard(input: PlanCleanupInput): Promise<Guard> {
  const days = await Promise.all(input.readers.map(async (reader) => (await reader.protection({ signal: input.signal })).softDeleteDays))
  const least = Math.min(...days.map((one) => one ?? 0))
  if (least >= LEAST_SOFT_DELETE_DAYS) return ok('soft-delete', `deleted blobs can be brought back for ${least} days`)
  const problem = days.includes(null)
    ? 'whether blob soft delete is on could not be found out'
    : least === 0
      ? 'blob soft delete is off'
      : `blob soft delete keeps only ${least} days`
  const message = `${problem}: a deleted blob could not be brought back`
  if (input.withoutSoftDelete) return { name: 'soft-delete', status: 'warn', message, override: null }
  return refuse('soft-delete', message, '--without-soft-delete')
}
