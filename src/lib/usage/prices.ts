import type { LineageUsage } from './lineage-usage.js'

/** What one kind of account costs. */
export interface Price {
  region: string
  redundancy: string
  tier: string
  /** A GiB kept for a month; what Azure's price list calls a GB. */
  gibMonth: number
  /** 10,000 write operations. */
  write10k: number
}

export interface PriceTable {
  /** Where it comes from: a file, or `built in`. */
  source: string
  /** The day on which the prices were looked up. */
  asOf: string
  currency: string
  /** Write operations a file takes besides one for each block of 4 MiB. */
  writesPerFile: number
  price: Price
}

/**
 * Only for an order of magnitude: capacity as a public comparison of May 2026 gives it for East US, operations as in the example of
 * Microsoft's documentation. Prices differ by region, redundancy and contract. A file over `wasb` takes three writes more than its blocks:
 * an empty blob at its name, the block list, and the copy to its name (`AzureNativeFileSystemStore`).
 */
export const BUILT_IN_PRICES: PriceTable = {
  source: 'built in',
  asOf: '2026-05-04',
  currency: 'USD',
  writesPerFile: 3,
  price: { region: 'eastus', redundancy: 'LRS', tier: 'hot', gibMonth: 0.018, write10k: 0.055 },
}

const GIB = 1024 ** 3

/** What so many bytes cost when they are kept for a month. */
export function capacityCost(bytes: number, { price }: PriceTable): number {
  return (bytes / GIB) * price.gibMonth
}

const MONTH_MS = 30 * 86_400_000

export interface WriteEstimate {
  /** Write operations in 30 days. */
  operations: number
  cost: number
}

/** Writes of a month, if every checkpoint writes what the newest one has written; `null` when that is not known. */
export function writesOfMonth(row: LineageUsage, intervalMs: number | undefined, table: PriceTable): WriteEstimate | null {
  if (intervalMs === undefined || row.written.blobs === 0) return null
  const perCheckpoint = row.written.blobs * table.writesPerFile + row.written.blocks
  const operations = Math.round((MONTH_MS / intervalMs) * perCheckpoint)
  return { operations, cost: (operations / 10_000) * table.price.write10k }
}
