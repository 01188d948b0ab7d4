import { shorten } from '../cli/shorten.js'
import type { Cell, Table } from '../cli/table.js'
import type { Inspection } from '../operations/inspect-snapshot.js'
import { shown } from '../visible.js'
import { bytes, plural, wrap } from './format.js'

/** Operators of a snapshot with what they hold, for a person. */
export function operatorsTable(inspection: Inspection): Table {
  return {
    columns: [
      { title: 'OPERATOR' },
      { title: 'NAME', elastic: true },
      { title: 'PARALLELISM', align: 'right' },
      { title: 'SUBTASKS', align: 'right' },
      { title: 'STATE' },
    ],
    rows: inspection.operators.map((one): Cell[] => [
      { text: one.operatorId, raw: one.operatorId },
      { text: one.name ?? one.uid ?? '-', raw: one.name ?? one.uid ?? '' },
      { text: `${one.parallelism} of ${one.maxParallelism}`, raw: `${one.parallelism}/${one.maxParallelism}` },
      { text: String(one.subtasks), raw: String(one.subtasks) },
      { text: one.finished ? 'finished' : '', raw: String(one.finished) },
    ]),
    ids: inspection.operators.map((one) => one.operatorId),
    empty: 'It holds no operators.',
  }
}

/** Files of a snapshot, one line a use: what a pipe gets. */
export function referencesTable(inspection: Inspection): Table {
  return {
    columns: [
      { title: 'FILE', elastic: true, loses: 'start' },
      { title: 'SIZE', align: 'right' },
      { title: 'KIND' },
      { title: 'SHARED' },
      { title: 'THERE' },
    ],
    rows: inspection.references.map((one): Cell[] => [
      { text: one.path, raw: one.path },
      { text: one.sizeBytes === null ? '?' : bytes(one.sizeBytes), raw: one.sizeBytes === null ? '' : String(one.sizeBytes) },
      { text: one.kind, raw: one.kind },
      { text: one.shared ? 'yes' : 'no', raw: String(one.shared) },
      {
        text: one.exists === null ? '?' : one.exists ? 'yes' : 'MISSING',
        raw: one.exists === null ? '' : String(one.exists),
        ...(one.exists === false && { tone: 'bad' as const }),
      },
    ]),
    ids: inspection.references.map((one) => one.path),
    empty: 'It references no files: all its state is inside _metadata.',
  }
}

/** Headline and sums, for a person whose terminal is `columns` wide. */
export function inspectionSummary(inspection: Inspection, columns: number): string {
  const { totals } = inspection
  const kind = inspection.kind ?? 'snapshot'
  return [
    shorten(shown(inspection.path), columns, '…', 'start'),
    ...wrap(
      `${kind}, format ${inspection.formatVersion}, checkpoint id ${inspection.checkpointId}, ${plural(inspection.operators.length, 'operator')}`,
      columns,
    ),
    ...wrap(
      `${plural(totals.references, 'reference')} to ${plural(totals.files, 'file')} (${bytes(totals.fileBytes)}), ${bytes(totals.inlineBytes)} inside _metadata`,
      columns,
    ),
  ].join('\n')
}
