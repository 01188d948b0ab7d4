import type { Cell, Table } from '../cli/table.js'
import type { ListedSnapshot } from '../operations/list-snapshots.js'
import type { Completeness } from '../state/snapshot.js'
import { bytes, duration, isoTime, shortId } from './format.js'

const COLUMNS: Table['columns'] = [
  { title: 'PATH', elastic: true, loses: 'start' },
  { title: 'JOB' },
  { title: 'COMPLETENESS' },
  { title: 'AGE', align: 'right' },
  { title: 'EXCLUSIVE', align: 'right', fromWidth: 80 },
  { title: 'SHARED', align: 'right', fromWidth: 80 },
  { title: 'LIVE', fromWidth: 70 },
]

/** `list-checkpoints` and `list-savepoints` for a person and for a pipe. */
export function snapshotsTable(snapshots: ListedSnapshot[], what: string): Table {
  return { columns: COLUMNS, rows: snapshots.map(row), ids: snapshots.map((one) => one.path), empty: `No ${what} found in storage.` }
}

function row(one: ListedSnapshot): Cell[] {
  const job = one.jobName ?? (one.jobId === null ? '-' : shortId(one.jobId))
  return [
    { text: one.path, raw: one.path },
    { text: job, raw: `${one.jobName ?? ''}`.trim() === '' ? (one.jobId ?? '') : `${one.jobName}` },
    { text: one.completeness + (one.pinned ? ' (pinned)' : ''), raw: one.completeness, tone: TONES[one.completeness] },
    { text: duration(one.ageMs), raw: isoTime(one.completedAtMs) },
    { text: bytes(one.exclusiveBytes), raw: String(one.exclusiveBytes) },
    { text: bytes(one.sharedBytes), raw: String(one.sharedBytes) },
    { text: one.live === null ? '?' : one.live ? 'yes' : 'no', raw: one.live === null ? '' : String(one.live) },
  ]
}

const TONES: Record<Completeness, NonNullable<Cell['tone']>> = {
  complete: 'good',
  incomplete: 'careful',
  writing: 'faint',
  unreadable: 'bad',
  broken: 'bad',
}

/** The JSON of `list-checkpoints` and `list-savepoints`. */
export function snapshotsJson(snapshots: ListedSnapshot[], truncated: boolean): object {
  return { snapshots: snapshots.map(({ completedAtMs, ...rest }) => ({ ...rest, completedAt: isoTime(completedAtMs) })), truncated }
}
