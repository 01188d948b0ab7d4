import CliTable from 'cli-table3'
import { shown } from '../visible.js'
import { paint, type Tone } from './colour.js'
import { shorten } from './shorten.js'
import type { Streams } from './streams.js'

export interface Column {
  title: string
  align?: 'right'
  /** The one column that gives way first when the terminal is narrow. */
  elastic?: boolean
  /** What a text that is too long loses; a state path its start, since the last segments tell the difference. Default: its end. */
  loses?: 'start' | 'end'
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
  /** Where its columns do not fit, each row becomes a few lines instead: for texts that are worth nothing when they are cut. */
  stacks?: boolean
}

export type OutputFormat = 'table' | 'tsv' | 'id' | 'json'

/** Renders a table as text with a final line feed; '' when there is nothing to print. */
export function renderTable(table: Table, format: Exclude<OutputFormat, 'json'>, streams: Streams): string {
  if (format === 'id') return lines(table.ids.map(shown))
  if (format === 'tsv') return lines(table.rows.map((row) => row.map((cell) => shown(cell.raw)).join('\t')))
  return table.rows.length === 0 ? '' : `${fitted({ ...table, rows: table.rows.map(visibleRow) }, streams)}\n`
}

function lines(texts: string[]): string {
  return texts.map((text) => `${text}\n`).join('')
}

/** Measured and cut is what will be seen. */
function visibleRow(row: Cell[]): Cell[] {
  return row.map((cell) => ({ ...cell, text: shown(cell.text) }))
}

const GAP = 2
/** The elastic column gives way to this width, the others to `SHORTEST`. */
const LEAST = 12
const SHORTEST = 6

interface Drawn {
  column: Column
  at: number
  width: number
}

function fitted(table: Table, streams: Streams): string {
  const columns = table.columns
    .map((column, at) => ({ column, at, width: naturalWidth(table, column, at) }))
    .filter(({ column }) => (column.fromWidth ?? 0) <= streams.columns)
  if (table.stacks === true && tooWide(columns, streams) > 0) return stacked(table, streams)
  narrow(columns, streams)
  const drawn = new CliTable({
    head: columns.map(({ column, width }) => paint(shorten(column.title, width), 'faint', streams)),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ column }) => column.align ?? 'left'),
  })
  for (const row of table.rows) {
    drawn.push(
      columns.map(({ at, width, column }) => paint(shorten(row[at]?.text ?? '', width, '…', column.loses), row[at]?.tone, streams)),
    )
  }
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

function naturalWidth(table: Table, column: Column, at: number): number {
  return table.rows.reduce((widest, row) => Math.max(widest, row[at]?.text.length ?? 0), column.title.length)
}

function tooWide(drawn: Drawn[], streams: Streams): number {
  return drawn.reduce((sum, { width }) => sum + width + GAP, -GAP) - streams.columns
}

/** Takes from the elastic column first, then from whichever is widest. */
function narrow(drawn: Drawn[], streams: Streams): void {
  const elastic = drawn.find(({ column }) => column.elastic)
  if (elastic) elastic.width = Math.min(elastic.width, Math.max(LEAST, elastic.width - Math.max(0, tooWide(drawn, streams))))
  while (tooWide(drawn, streams) > 0) {
    const widest = drawn.reduce((a, b) => (b.width > a.width ? b : a))
    if (widest.width <= SHORTEST) return
    widest.width--
  }
}

function stacked(table: Table, streams: Streams): string {
  const line = (cell: Cell, at: number) => {
    const indent = at === 0 ? '' : '  '
    return `${indent}${paint(shorten(cell.text, streams.columns - indent.length, '…', table.columns[at]?.loses), cell.tone, streams)}`
  }
  return table.rows.map((row) => row.map(line).join('\n')).join('\n')
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
