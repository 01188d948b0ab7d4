import type { ContainerReader, Journal } from '../ports.js'
import type { DeletedCounter, UsageHistory } from '../ports-usage.js'
import { attribute } from '../state/attribute.js'
import type { KnownJob } from '../state/jobs.js'
import { groupLineages } from '../state/lineage.js'
import type { Survey } from '../state/survey.js'
import { type Account, accountFor } from '../usage/account.js'
import { type Amount, sumOf } from '../usage/amount.js'
import type { Look } from '../usage/growth.js'
import { bytesOf } from '../usage/lineage-usage.js'
import type { PriceTable } from '../usage/prices.js'
import { sumUsage, type UsageSums } from '../usage/sums.js'
import { checkpointsOffOrUnknown } from './checkpoint-settings.js'
import type { Gathered, GatherInput } from './gather-jobs.js'
import { knowSurveyedJobs, type SilenceBounds } from './know-jobs.js'
import { matchJobs } from './match-jobs.js'
import { type Stock, takeStock } from './take-stock.js'

export interface MeasureUsageInput {
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
  history: UsageHistory
  deleted: DeletedCounter
  /** Job id, prefix or name; `null` = all. */
  job: string | null
  exclusive: boolean
  /** Absent = silence proves nothing. */
  silence?: SilenceBounds
  prices: PriceTable
  now: () => number
  signal: AbortSignal
  onBlobs?: (blobs: number) => void
}

export interface Usage extends Account {
  /** By the service's clock. */
  atMs: number
  notices: string[]
}

/** What lies in storage, by lineage, what it costs, and how it grows. Remembers the look. */
export async function measureUsage(input: MeasureUsageInput): Promise<Usage> {
  return (await measureStock(input, await takeStock(input))).usage
}

export interface MeasuredStock {
  usage: Usage
  /** Every look at this storage, oldest first; this one is the last. */
  looks: Look[]
  survey: Survey
  jobs: Map<string, KnownJob>
}

/** The same of what was surveyed already. */
export async function measureStock(input: MeasureUsageInput, { gathered, found }: Stock): Promise<MeasuredStock> {
  const { survey, jobs } = join(input, gathered, found)
  const intervals = await intervalsOf(input, gathered)
  const lineages = groupLineages(jobs, survey.snapshots)
  const sums = sumUsage(survey, lineages, intervals)
  const softDeleted = input.job === null ? await deletedIn(input) : null
  const look = lookOf(sums, survey)
  const looks = await input.history.looks()
  if (survey.isStable) await input.history.remember(look)
  const asked = input.job === null ? null : matchJobs(input.job, jobs)
  const only = asked && sums.lineages.filter((row) => row.jobIds.some((id) => asked.has(id)))
  const account = accountFor({ only, intervals, prices: input.prices, sums, softDeleted, look, looks })
  return {
    usage: { ...account, atMs: survey.serverTimeMs, notices: noticesOf(survey, gathered) },
    looks: [...looks.filter((one) => one.scope === look.scope), look],
    survey,
    jobs,
  }
}

function join(
  { exclusive, silence }: MeasureUsageInput,
  gathered: Gathered,
  found: Survey,
): { survey: Survey; jobs: Map<string, KnownJob> } {
  const allClustersAnswered = gathered.silent.length === 0
  const jobs = knowSurveyedJobs({ gathered, survey: found, exclusive, ...(silence && { silence }) })
  const snapshots = attribute({ snapshots: found.snapshots, jobs, nowMs: found.serverTimeMs, allClustersAnswered })
  return { survey: { ...found, snapshots }, jobs }
}

function lookOf(sums: UsageSums, survey: Survey): Look {
  return {
    atMs: survey.serverTimeMs,
    scope: survey.containers
      .map(({ account, container }) => `${account}/${container}`)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join(' '),
    ...sums.total,
    lineages: Object.fromEntries(sums.lineages.map((row) => [row.lineage, bytesOf(row)])),
    classes: {
      exclusive: sumOf(sums.lineages.map((row) => row.exclusive)).bytes,
      shared: sumOf(sums.lineages.map((row) => row.shared)).bytes,
      orphaned: sumOf(sums.lineages.map((row) => row.orphaned)).bytes,
    },
  }
}

/** Time between checkpoints of every running job, as configured. */
async function intervalsOf({ cluster, signal }: MeasureUsageInput, gathered: Gathered): Promise<Map<string, number>> {
  const intervals = new Map<string, number>()
  for (const jobManager of cluster.jobManagers) {
    const running = gathered.evidence.filter((one) => one.where === jobManager.url && one.state === 'RUNNING')
    for (const { jobId } of running) {
      const intervalMs = (await checkpointsOffOrUnknown(jobManager, jobId, signal))?.intervalMs
      if (intervalMs) intervals.set(jobId, intervalMs)
    }
  }
  return intervals
}

async function deletedIn({ readers, deleted, signal }: MeasureUsageInput): Promise<Amount | null> {
  const sums = await Promise.all(readers.map(({ account, container }) => deleted.softDeleted({ account, container, signal })))
  const known = sums.filter((one) => one !== null)
  return known.length === 0 ? null : sumOf(known)
}

function noticesOf(survey: Survey, gathered: Gathered): string[] {
  const notices = gathered.silent.map((one) => `${one.problem.replace(/\.$/, '')}. Names and generations of its jobs may be missing.`)
  const [first, ...more] = survey.unreadable
  if (first !== undefined) {
    const others = more.length === 0 ? '' : `, and ${more.length} more`
    notices.push(`${first.directory.name} is unreadable (${first.problem})${others}: what it needs counts as orphaned.`)
  }
  if (!survey.isStable)
    notices.push('Checkpoints came and went while storage was listed: the sums are of no one moment, and not remembered.')
  return notices
}
