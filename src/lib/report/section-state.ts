import type { Report } from '../operations/compile-report.js'
import type { Usage } from '../operations/measure-usage.js'
import type { Timeline } from '../usage/timeline.js'
import { bytes, duration, money, plural, signedBytes } from '../views/format.js'
import { figure, numbers } from './chart.js'
import { classChart, lineageChart, stateChart } from './charts-state.js'
import { type Html, html, name, type Part } from './html.js'
import type { Plot } from './plot.js'
import { table } from './table.js'
import { moment } from './words.js'

/** State by job over time, then what lies there now. */
export function stateSection({ usage, timeline, atMs }: Report, plot: Plot): Html {
  const classes = classChart(timeline)
  return html`<section aria-labelledby="state">
<h2 id="state">State over time</h2>
<p>${growthSentence(usage, atMs)}</p>
${timeline.points.length < 2 ? null : [figure(stateChart(timeline, usage), plot), numbers(looksTable(timeline))]}
${classes === null ? html`<p class="note">${classesNote(timeline)}</p>` : [figure(classes, plot), numbers(classesTable(timeline))]}
${usage.rows.length === 0 ? html`<p>No state of any job lies in storage.</p>` : [figure(lineageChart(usage.rows, atMs), plot), numbers(lineagesTable(usage))]}
<p class="note">Exclusive: in the directory of a snapshot. Shared: elsewhere, needed by at least one snapshot, counted once. Orphaned: needed by none; what a checkpoint under way has written so far is among it.</p>
</section>
`
}

/** Growth and forecast, or why there is none yet. */
export function growthSentence({ growth, forecast, total }: Usage, atMs: number): string {
  if (growth === null) return 'First look at this storage: growth is told from the next one on.'
  const since = `${signedBytes(growth.bytes)} since the look before, ${duration(atMs - growth.sinceMs)} ago`
  if (forecast.bytesPerDay === null)
    return `${since}. No forecast yet: it needs three looks over at least a day, there are ${forecast.looks} over ${duration(forecast.spanMs)}.`
  return `${since}. In 30 days ${bytes(forecast.bytesIn30Days)} instead of ${bytes(total.bytes)}, if it goes on as in the last ${duration(forecast.spanMs)}: a straight line through ${plural(forecast.looks, 'look')}, ${signedBytes(forecast.bytesPerDay)} a day.`
}

function classesNote({ points }: Timeline): string {
  const kept = points.filter(({ classes }) => classes !== null).length
  return `How exclusive, shared and orphaned change is drawn from the second look on that kept them; ${kept === 1 ? 'this one is the first' : `there are ${kept}`}.`
}

function looksTable({ lineages, points }: Timeline): Html {
  return table({
    caption: 'Stored bytes by job, look by look (UTC)',
    columns: [{ title: 'Look' }, ...[...lineages, 'everything else', 'total'].map((title) => ({ title, isNumber: true }))],
    rows: points
      .toReversed()
      .map((point) => [moment(point.atMs), ...[...point.lineages, point.rest, point.bytes].map((one) => bytes(one))]),
  })
}

function classesTable({ points }: Timeline): Html {
  return table({
    caption: 'Stored bytes by what needs them, look by look (UTC)',
    columns: [{ title: 'Look' }, ...['exclusive', 'shared', 'orphaned'].map((title) => ({ title, isNumber: true }))],
    rows: points.toReversed().flatMap(({ atMs, classes }) => {
      if (classes === null) return []
      return [[moment(atMs), bytes(classes.exclusive), bytes(classes.shared), bytes(classes.orphaned)]]
    }),
  })
}

function lineagesTable(usage: Usage): Html {
  const { rows, rest, total, prices } = usage
  const sizes = ['checkpoints', 'savepoints', 'exclusive', 'shared', 'orphaned', 'total', 'grown by', 'a month']
  const of = rows.map((row): Part[] => [
    name(row.lineage),
    row.checkpoints,
    row.savepoints,
    bytes(row.exclusive.bytes),
    bytes(row.shared.bytes),
    bytes(row.orphaned.bytes),
    bytes(row.bytes),
    row.growthBytes === null ? '' : signedBytes(row.growthBytes),
    money(row.capacityCost + (row.writes?.cost ?? 0), prices.currency),
  ])
  const loose = [
    ['temporary uploads', rest?.temporary],
    ['outside of Flink’s layout', rest?.other],
    ['deleted, still kept and billed', rest?.softDeleted],
  ] as const
  const others = loose.flatMap(([title, one]): Part[][] =>
    one && one.blobs > 0 ? [[title, '', '', '', '', '', bytes(one.bytes), '', '']] : [],
  )
  const sum: Part[] = ['all that lies there', '', '', '', '', '', bytes(total.bytes), '', money(usage.costOfMonth, prices.currency)]
  return table({
    caption: 'What lies in storage now, each file once',
    columns: [{ title: 'job' }, ...sizes.map((title) => ({ title, isNumber: true }))],
    rows: [...of, ...others, sum],
  })
}
