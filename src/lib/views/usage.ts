import type { Cell, Table } from '../cli/table.js'
import type { Usage } from '../operations/measure-usage.js'
import type { UsageRow } from '../usage/account.js'
import type { Amount } from '../usage/amount.js'
import { bytes, duration, isoTime, money, plural, signedBytes, wrap } from './format.js'

const COLUMNS: Table['columns'] = [
  { title: 'LINEAGE', elastic: true },
  { title: 'CHECKPOINTS', align: 'right', fromWidth: 100 },
  { title: 'SAVEPOINTS', align: 'right', fromWidth: 100 },
  { title: 'EXCLUSIVE', align: 'right' },
  { title: 'SHARED', align: 'right' },
  { title: 'ORPHANED', align: 'right' },
  { title: 'BLOBS', align: 'right', fromWidth: 90 },
  { title: 'TOTAL', align: 'right' },
  { title: 'GROWN BY', align: 'right', fromWidth: 80 },
  { title: 'A MONTH', align: 'right', fromWidth: 70 },
]

/** `usage` by lineage, then what is no lineage's, then the sum. */
export function usageTable(usage: Usage): Table {
  const rows = usage.rows.map((row) => lineageRow(row, usage))
  for (const [name, amount] of restOf(usage)) rows.push(plainRow(name, amount))
  if (rows.length > 0) rows.push(plainRow('total', usage.total, usage.growth?.bytes ?? null, cost(usage.costOfMonth, usage)))
  return { columns: COLUMNS, rows, ids: usage.rows.map((row) => row.lineage), empty: 'Nothing of it lies in storage.' }
}

function restOf({ rest }: Usage): [string, Amount][] {
  if (rest === null) return []
  const shown: [string, Amount | null][] = [
    ['(temporary)', rest.temporary],
    ['(other)', rest.other],
    ['(markers)', rest.markers],
    ['(soft-deleted)', rest.softDeleted],
  ]
  return shown.filter((one): one is [string, Amount] => one[1] !== null && one[1].blobs > 0)
}

function lineageRow(row: UsageRow, usage: Usage): Cell[] {
  return [
    { text: row.lineage, raw: row.lineage },
    count(row.checkpoints),
    count(row.savepoints),
    size(row.exclusive.bytes),
    size(row.shared.bytes),
    { ...size(row.orphaned.bytes), ...(row.orphaned.bytes > 0 && { tone: 'careful' as const }) },
    count(row.blobs),
    size(row.bytes),
    grown(row.growthBytes),
    cost(row.capacityCost + (row.writes?.cost ?? 0), usage),
  ]
}

function plainRow(name: string, amount: Amount, growth: number | null = null, price: Cell = NONE): Cell[] {
  return [{ text: name, raw: name }, NONE, NONE, NONE, NONE, NONE, count(amount.blobs), size(amount.bytes), grown(growth), price]
}

const NONE: Cell = { text: '', raw: '' }

function count(number: number): Cell {
  return { text: number.toLocaleString('en-US'), raw: String(number) }
}

function size(count: number): Cell {
  return { text: bytes(count), raw: String(count) }
}

function grown(delta: number | null): Cell {
  if (delta === null) return NONE
  return { text: signedBytes(delta), raw: String(delta) }
}

function cost(amount: number, { prices }: Usage): Cell {
  return { text: money(amount, prices.currency), raw: amount.toFixed(6) }
}

/** What the table cannot say: growth, forecast, and by which prices. */
export function usageWords(usage: Usage, columns: number): string {
  const { forecast, growth, prices, rows } = usage
  const writes = rows.filter((row) => row.writes !== null)
  const writesCost = writes.reduce((sum, row) => sum + (row.writes?.cost ?? 0), 0)
  const { region, redundancy, tier } = prices.price
  return [
    growth === null
      ? 'First look at this storage: growth is told from the next one on.'
      : `${signedBytes(growth.bytes)} since the look of ${isoTime(growth.sinceMs)}.`,
    forecast.bytesPerDay === null
      ? `No forecast yet: it needs three looks over at least a day, there are ${forecast.looks} over ${duration(forecast.spanMs)}.`
      : `In 30 days ${bytes(forecast.bytesIn30Days)} (${signedBytes(forecast.bytesPerDay)} a day: a straight line through ${plural(forecast.looks, 'look')} over ${duration(forecast.spanMs)}).`,
    `Costs by ${prices.source === 'built in' ? 'the built-in price table' : prices.source}: ${tier}, ${redundancy}, ${region}, as of ${prices.asOf}.${prices.source === 'built in' ? ' Check it: yours will differ.' : ''}`,
    writes.length === 0
      ? `A month costs ${money(usage.costOfMonth, prices.currency)} without writes: no running job told its checkpoint interval.`
      : `A month costs ${money(usage.costOfMonth, prices.currency)}; ${money(writesCost, prices.currency)} of it are the writes of ${plural(writes.length, 'running job')}, estimated from the newest checkpoint.`,
  ]
    .flatMap((line) => wrap(line, columns, 2))
    .join('\n')
}

/** The JSON of `usage`. */
export function usageJson(usage: Usage): object {
  const { rows, rest, total, costOfMonth, growth, forecast, prices, atMs } = usage
  return {
    at: isoTime(atMs),
    lineages: rows.map(({ key: _, written: __, capacityCost, writes, ...row }) => ({
      ...row,
      costPerMonth: capacityCost + (writes?.cost ?? 0),
      writesPerMonth: writes?.operations ?? null,
    })),
    temporary: rest?.temporary ?? null,
    other: rest?.other ?? null,
    directoryMarkers: rest?.markers.blobs ?? null,
    softDeleted: rest?.softDeleted ?? null,
    total,
    costPerMonth: costOfMonth,
    growth: growth === null ? null : { since: isoTime(growth.sinceMs), bytes: growth.bytes },
    forecast: forecast.bytesPerDay === null ? null : forecast,
    prices,
  }
}
