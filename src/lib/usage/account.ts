import { type Amount, nothing, sumOf } from './amount.js'
import { type Forecast, forecast, type Growth, growthSince, type Look } from './growth.js'
import { blobsOf, bytesOf, type LineageUsage } from './lineage-usage.js'
import { capacityCost, type PriceTable, type WriteEstimate, writesOfMonth } from './prices.js'
import type { UsageSums } from './sums.js'

export interface UsageRow extends LineageUsage {
  blobs: number
  bytes: number
  capacityCost: number
  /** `null` when no job of it is running, or its interval is not known. */
  writes: WriteEstimate | null
  /** Since the look before; `null` when that one did not see it. */
  growthBytes: number | null
}

/** What is shown: sums, what they cost, how they grow. */
export interface Account {
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
}

export interface AccountInput {
  /** The lineages to be shown; `null` = all, and with them what is no lineage's. */
  only: LineageUsage[] | null
  /** Time between checkpoints by job id. */
  intervals: ReadonlyMap<string, number>
  prices: PriceTable
  sums: UsageSums
  softDeleted: Amount | null
  look: Look
  looks: Look[]
}

/** Prices the sums, and holds them against earlier looks. Pure. */
export function accountFor({ only, intervals, prices, sums, softDeleted, look, looks }: AccountInput): Account {
  const lineages = only ?? sums.lineages
  const names = new Set(lineages.map((row) => row.lineage))
  const now = only === null ? look : narrowed(look, names)
  const before = only === null ? looks : looks.filter((one) => hasAll(one, names)).map((one) => narrowed(one, names))
  const growth = growthSince(before, now)
  const rows = lineages.map((row) => rowOf(row, intervals, prices, growth))
  const total = only === null ? sums.total : sumOf(rows)
  const expected = forecast(before, now)
  const writesCost = rows.reduce((sum, row) => sum + (row.writes?.cost ?? 0), 0)
  const { temporary, other, markers } = sums
  return {
    rows,
    rest: only === null ? { temporary, other, markers: { blobs: markers, bytes: 0 }, softDeleted } : null,
    total,
    costOfMonth: capacityCost(total.bytes + (softDeleted ?? nothing()).bytes, prices) + writesCost,
    growth,
    forecast: { ...expected, costIn30Days: expected.bytesIn30Days === null ? null : capacityCost(expected.bytesIn30Days, prices) },
    prices,
  }
}

function rowOf(row: LineageUsage, intervals: ReadonlyMap<string, number>, prices: PriceTable, growth: Growth | null): UsageRow {
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

/** A look that did not know a lineage by this name says nothing of its growth. */
function hasAll(look: Look, names: Set<string>): boolean {
  return [...names].every((name) => look.lineages[name] !== undefined)
}

function narrowed({ classes: _, ...look }: Look, names: Set<string>): Look {
  const lineages = Object.fromEntries(Object.entries(look.lineages).filter(([name]) => names.has(name)))
  return { ...look, lineages, bytes: Object.values(lineages).reduce((sum, bytes) => sum + bytes, 0) }
}
