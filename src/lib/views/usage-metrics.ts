import type { Usage } from '../operations/measure-usage.js'
import type { UsageRow } from '../usage/account.js'
import { visible } from '../visible.js'

type Sample = [labels: Record<string, string>, value: number]

/** `usage` in the text exposition format (0.0.4) for node exporter's textfile collector: gauges in base units, without timestamps. */
export function usageMetrics(usage: Usage): string {
  const { rows, rest, total } = usage
  const perClass = (value: (row: UsageRow, of: 'exclusive' | 'shared' | 'orphaned') => number): Sample[] =>
    rows.flatMap((row) => CLASSES.map((of): Sample => [{ lineage: row.lineage, class: of }, value(row, of)]))
  return [
    metric(
      'flinkops_state_bytes',
      'Stored bytes of a lineage, each file once.',
      perClass((row, of) => row[of].bytes),
    ),
    metric(
      'flinkops_state_blobs',
      'Stored blobs of a lineage.',
      perClass((row, of) => row[of].blobs),
    ),
    metric(
      'flinkops_snapshots',
      'Snapshots of a lineage: complete ones by kind, and those that cannot be restored.',
      rows.flatMap(snapshotSamples),
    ),
    metric('flinkops_rest_bytes', "Stored bytes that are no lineage's.", restSamples(rest)),
    metric('flinkops_total_bytes', 'All stored bytes that were looked at, without soft-deleted ones.', [[{}, total.bytes]]),
    metric('flinkops_total_blobs', 'All stored blobs that were looked at.', [[{}, total.blobs]]),
    metric('flinkops_cost_per_month', 'Estimated cost of a month, in the currency of the price table.', [
      [{ currency: usage.prices.currency }, usage.costOfMonth],
    ]),
    metric('flinkops_usage_look_timestamp_seconds', 'When storage was looked at.', [[{}, usage.atMs / 1000]]),
  ].join('')
}

const CLASSES = ['exclusive', 'shared', 'orphaned'] as const

function snapshotSamples({ lineage, checkpoints, savepoints, incomplete }: UsageRow): Sample[] {
  return [
    [{ lineage, kind: 'checkpoint' }, checkpoints],
    [{ lineage, kind: 'savepoint' }, savepoints],
    [{ lineage, kind: 'incomplete' }, incomplete],
  ]
}

function restSamples(rest: Usage['rest']): Sample[] {
  if (rest === null) return []
  const { temporary, other, softDeleted } = rest
  const samples: Sample[] = [
    [{ class: 'temporary' }, temporary.bytes],
    [{ class: 'other' }, other.bytes],
  ]
  return softDeleted === null ? samples : [...samples, [{ class: 'soft_deleted' }, softDeleted.bytes]]
}

function metric(name: string, help: string, samples: Sample[]): string {
  if (samples.length === 0) return ''
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples.map((sample) => line(name, sample)), ''].join('\n')
}

function line(name: string, [labels, value]: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`
}

/** Prometheus knows no other escapes than these three, so a control is written out first. */
function escaped(text: string): string {
  return visible(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
