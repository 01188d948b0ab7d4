import CliTable from 'cli-table3'
import { paint, type Tone } from './colour.js'
import type { Streams } from './streams.js'

export interface Column {
  title: string
  align?: 'right'
  /** The one column that gives way when the terminal is narrow. */
  elastic?: boolean
  /** Left out when the terminal is narrower than this. */
  fromWidth?: number
}

export interface Cell {
  /** For a person. */
  text: string
  /** For a pipe: untruncated, ISO times, plain numbers. */
  raw: string
  tone?: Tone
}

/** What a list command shows: fitted columns to a person, TSV to a pipe, ids to `xargs`. */
export interface Table {
  columns: Column[]
  rows: Cell[][]
  /** One id a row, for `-o id`. */
  ids: string[]
  /** Shown to a person instead of an empty table. */
  empty: string
}

export type OutputFormat = 'table' | 'tsv' | 'id' | 'json'

/** Renders a table as text with a final line feed; '' when there is nothing to print. */
export function renderTable(table: Table, format: Exclude<OutputFormat, 'json'>, streams: Streams): string {
  if (format === 'id') return lines(table.ids)
  if (format === 'tsv') return lines(table.rows.map((row) => row.map((cell) => tsv(cell.raw)).join('\t')))
  return table.rows.length === 0 ? '' : `${fitted(table, streams)}\n`
}

function lines(texts: string[]): string {
  return texts.map((text) => `${text}\n`).join('')
}

function tsv(text: string): string {
  return text.replaceAll(/[\t\r\n]+/g, ' ')
}

const GAP = 2
const LEAST = 12

function fitted(table: Table, streams: Streams): string {
  const shown = table.columns.map((column, at) => ({ column, at })).filter(({ column }) => (column.fromWidth ?? 0) <= streams.columns)
  const widths = shown.map(({ column, at }) => Math.max(column.title.length, ...table.rows.map((row) => row[at]?.text.length ?? 0)))
  const over = widths.reduce((sum, width) => sum + width + GAP, -GAP) - streams.columns
  const elastic = shown.findIndex(({ column }) => column.elastic)
  const room = over > 0 && elastic >= 0 ? Math.max(LEAST, (widths[elastic] ?? 0) - over) : Number.POSITIVE_INFINITY
  const drawn = new CliTable({
    head: shown.map(({ column }) => paint(column.title, 'faint', streams)),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: shown.map(({ column }) => column.align ?? 'left'),
  })
  for (const row of table.rows) {
    drawn.push(
      shown.map(({ at }, index) =>
        paint(shorten(row[at]?.text ?? '', index === elastic ? room : Number.POSITIVE_INFINITY), row[at]?.tone, streams),
      ),
    )
  }
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Keeps the end: of a state path the last segments tell the difference. */
function shorten(text: string, room: number): string {
  return text.length <= room ? text : `…${text.slice(text.length - room + 1)}`
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}
