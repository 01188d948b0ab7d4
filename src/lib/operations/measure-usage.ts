import type { ContainerReader, Journal } from '../ports.js'
import type { DeletedCounter, UsageHistory } from '../ports-usage.js'
import { attribute } from '../state/attribute.js'
import { type KnownJob, knowJobs } from '../state/jobs.js'
import { groupLineages } from '../state/lineage.js'
import type { Survey } from '../state/survey.js'
import { type Amount, nothing, sumOf } from '../usage/amount.js'
import { type Forecast, forecast, type Growth, growthSince, type Look } from '../usage/growth.js'
import { capacityCost, type PriceTable, type WriteEstimate, writesOfMonth } from '../usage/prices.js'
import { blobsOf, bytesOf, type LineageUsage, sumUsage, type UsageSums } from '../usage/sums.js'
import { checkpointsOffOrUnknown } from './checkpoint-settings.js'
import { type Gathered, type GatherInput, gatherJobs } from './gather-jobs.js'
import { matchJobs } from './match-jobs.js'
import { jobIdsIn } from './plan-cleanup.js'
import { surveyStorage } from './survey-storage.js'

export interface MeasureUsageInput {
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
  history: UsageHistory
  deleted: DeletedCounter
  /** Job id, prefix or name; `null` = all. */
  job: string | null
  exclusive: boolean
  prices: PriceTable
  now: () => number
  signal: AbortSignal
  onBlobs?: (blobs: number) => void
}

export interface UsageRow extends LineageUsage {
  blobs: number
  bytes: number
  capacityCost: number
  /** `null` when no job of it is running, or its interval is not known. */
  writes: WriteEstimate | null
  /** Since the look before; `null` when that one did not see it. */
  growthBytes: number | null
}

export interface Usage {
  atMs: number
  rows: UsageRow[]
  /** What is no lineage's; `null` when one job was asked for. */
  rest: { temporary: Amount; other: Amount; markers: Amount; softDeleted: Amount | null } | null
  /** Of all that is shown, without what is soft-deleted. */
  total: Amount
  /** Capacity, soft-deleted bytes included, and writes where they are known. */
  costOfMonth: number
  growth: Growth | null
  forecast: Forecast & { costIn30Days: number | null }
  prices: PriceTable
  notices: string[]
}

/** What lies in storage, by lineage, what it costs, and how it grows. Remembers the look. */
export async function measureUsage(input: MeasureUsageInput): Promise<Usage> {
  const gathered = await gatherJobs({ ...input.cluster, journal: input.journal, signal: input.signal })
  const found = await surveyStorage({ ...input })
  const { survey, jobs } = join(input, gathered, found)
  const intervals = await intervalsOf(input, gathered)
  const sums = sumUsage(survey, groupLineages(jobs, survey.snapshots), intervals)
  const softDeleted = input.job === null ? await deletedIn(input) : null
  const look = lookOf(sums, survey)
  const looks = await input.history.looks()
  if (survey.isStable) await input.history.remember(look)
  const only = input.job === null ? null : matchJobs(input.job, jobs)
  const lineages = only === null ? sums.lineages : sums.lineages.filter((row) => row.jobIds.some((id) => only.has(id)))
  return {
    ...priced({ input, lineages, intervals, sums, softDeleted, look, looks }),
    atMs: survey.serverTimeMs,
    prices: input.prices,
    notices: noticesOf(survey, gathered),
  }
}

function join({ exclusive }: MeasureUsageInput, gathered: Gathered, found: Survey): { survey: Survey; jobs: Map<string, KnownJob> } {
  const allClustersAnswered = gathered.silent.length === 0
  const jobs = knowJobs({ evidence: gathered.evidence, jobIds: jobIdsIn(found), exclusive, allClustersAnswered })
  const snapshots = attribute({ snapshots: found.snapshots, jobs, nowMs: found.serverTimeMs, allClustersAnswered })
  return { survey: { ...found, snapshots }, jobs }
}

interface PricedInput {
  input: MeasureUsageInput
  lineages: LineageUsage[]
  intervals: Map<string, number>
  sums: UsageSums
  softDeleted: Amount | null
  look: Look
  looks: Look[]
}

function priced({ input, lineages, intervals, sums, softDeleted, look, looks }: PricedInput) {
  const names = new Set(lineages.map((row) => row.lineage))
  const narrow = (one: Look) => (input.job === null ? one : narrowed(one, names))
  const now = narrow(look)
  const before = looks.map(narrow)
  const growth = growthSince(before, now)
  const rows = lineages.map((row) => rowOf(row, intervals, input.prices, growth))
  const ofRows = sumOf(rows)
  const total = input.job === null ? sums.total : ofRows
  const expected = forecast(before, now)
  const writesCost = rows.reduce((sum, row) => sum + (row.writes?.cost ?? 0), 0)
  const { temporary, other, markers } = sums
  return {
    rows,
    rest: input.job === null ? { temporary, other, markers: { blobs: markers, bytes: 0 }, softDeleted } : null,
    total,
    costOfMonth: capacityCost(total.bytes + (softDeleted ?? nothing()).bytes, input.prices) + writesCost,
    growth,
    forecast: { ...expected, costIn30Days: expected.bytesIn30Days === null ? null : capacityCost(expected.bytesIn30Days, input.prices) },
  }
}

function rowOf(row: LineageUsage, intervals: Map<string, number>, prices: PriceTable, growth: Growth | null): UsageRow {
  const intervalMs = row.jobIds.map((id) => intervals.get(id)).find((one) => one !== undefined)
  return {
    ...row,
    blobs: blobsOf(row),
    bytes: bytesOf(row),
    capacityCost: capacityCost(bytesOf(row), prices),
    writes: writesOfMonth(row, intervalMs, prices),
    growthBytes: growth?.lineages[row.lineage] ?? null,
  }
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
  }
}

function narrowed(look: Look, names: Set<string>): Look {
  const lineages = Object.fromEntries(Object.entries(look.lineages).filter(([name]) => names.has(name)))
  return { ...look, lineages, bytes: Object.values(lineages).reduce((sum, bytes) => sum + bytes, 0) }
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
