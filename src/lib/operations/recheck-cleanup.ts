import type { Journal } from '../ports.js'
import { type Confirmed, type LeftOut, narrow } from '../state/confirmed.js'
import { type KnownJob, knowJobs } from '../state/jobs.js'
import type { Deletion } from './execution.js'
import { type Gathered, type GatherInput, gatherJobs } from './gather-jobs.js'
import type { PlannedCleanup } from './plan-cleanup.js'
import { type Clusters, watchClusters } from './watch-clusters.js'
import { wavesOf } from './waves.js'

export type Recheck =
  /** `waves`: what is to be deleted; `left`: what was confirmed and stays; `clusters`: whom to ask while it goes. */
  { state: 'go'; waves: Deletion[][]; left: LeftOut[]; clusters: Clusters } | { state: 'abort'; why: string }

export interface RecheckInput {
  /** Asks for everything anew (clusters, storage, pins, windows, retention) and plans. */
  plan: () => Promise<PlannedNow>
  /** What the plan that a person confirmed was to delete. */
  confirmed: Confirmed
  signal: AbortSignal
}

/** A plan, and whom to ask about the jobs once more. */
export interface PlannedNow {
  planned: PlannedCleanup
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
}

/**
 * The last look before the first delete: the plan is made again, and only what both plans want is deleted. A guard that refuses now ends
 * the run; so does a job that started, or was restored from somewhere else, while storage was listed (a CLAIM between marking and deleting
 * is the one race that storage cannot show).
 */
export async function recheckCleanup(input: RecheckInput): Promise<Recheck> {
  const { planned, cluster, journal } = await input.plan()
  const refusal = planned.plan.guards.find((guard) => guard.status === 'refuse')
  if (refusal !== undefined) return { state: 'abort', why: `${refusal.name}: ${refusal.message.replace(/\.$/, '')}` }
  const { plan, left } = narrow(planned.plan, planned.survey, input.confirmed)
  const gathered = await gatherJobs({ ...cluster, journal, signal: input.signal })
  const change = clusterChange(planned.jobs, gathered)
  if (change !== null) return { state: 'abort', why: change }
  return { state: 'go', waves: wavesOf(plan), left, clusters: watchClusters({ ...cluster, journal }, gathered.evidence) }
}

function clusterChange(planned: Map<string, KnownJob>, gathered: Gathered): string | null {
  const [silent] = gathered.silent
  if (silent) return silent.problem
  const now = knowJobs({ evidence: gathered.evidence, jobIds: [], exclusive: false, allClustersAnswered: true })
  for (const job of now.values()) {
    const before = planned.get(job.jobId)
    if (job.liveness === 'running' && before?.liveness !== 'running') return `job ${label(job)} started meanwhile`
    if (job.liveness === 'running' && job.restoredFrom !== before?.restoredFrom && !isOwn(job))
      return `job ${label(job)} was restored from ${job.restoredFrom} meanwhile`
  }
  return null
}

/** An in-job failover restores a checkpoint of the job's own. */
function isOwn(job: KnownJob): boolean {
  return job.restoredFrom?.includes(`/${job.jobId}/`) ?? false
}

function label(job: KnownJob): string {
  return job.name === null ? job.jobId.slice(0, 8) : `${job.name} (${job.jobId.slice(0, 8)})`
}
