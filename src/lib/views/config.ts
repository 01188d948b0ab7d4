import type { Table } from '../cli/table.js'

interface Row {
  key: string
  value: string
  source: string
}

/** `config` for a person and for a pipe. */
export function configTable(rows: Row[]): Table {
  return {
    columns: [
      { title: 'SETTING', loses: 'start' },
      { title: 'VALUE', loses: 'start' },
      { title: 'FROM', loses: 'start' },
    ],
    rows: rows.map(({ key, value, source }) => [
      { text: key, raw: key, tone: 'strong' },
      { text: value, raw: value },
      { text: source, raw: source, tone: 'faint' },
    ]),
    ids: rows.map((row) => row.key),
    empty: 'Nothing is configured.',
    stacks: true,
  }
}

/** The JSON of `config`. */
export function configJson(rows: Row[]): object {
  return { settings: rows.map(({ key, value, source }) => ({ key, value, source })) }
}
