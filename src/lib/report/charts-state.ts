import type { Usage } from '../operations/measure-usage.js'
import type { UsageRow } from '../usage/account.js'
import type { LookClasses } from '../usage/growth.js'
import type { Timeline, TimelinePoint } from '../usage/timeline.js'
import { plural } from '../views/format.js'
import { byteScale, LABEL, LINE, timeAxis, valueAxis } from './axes.js'
import { bars, type Chart, type Colour, colourOf, type LegendEntry, STILL, surface } from './chart.js'
import type { Size } from './plot.js'
import { moment } from './words.js'

const COLOURS: Colour[] = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6']
const REST: Colour = 'c7'
const CLASS_COLOURS: Record<keyof LookClasses, Colour> = { exclusive: 'c1', shared: 'c3', orphaned: 'c2' }
const CLASSES = ['exclusive', 'shared', 'orphaned'] as const
const MONTH_MS = 30 * 86_400_000

const GRID = { left: 8, right: 16, top: 30, bottom: 6, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }

interface Layer {
  colour: Colour
  text: string
  of: (point: TimelinePoint) => number
}

/** Bytes by lineage from look to look, and where the straight line leads. */
export function stateChart({ lineages, points }: Timeline, { forecast }: Pick<Usage, 'forecast'>): Chart {
  const named = lineages.map((text, at): Layer => ({ colour: COLOURS[at] ?? REST, text, of: (point) => point.lineages[at] ?? 0 }))
  const rest: Layer = { colour: REST, text: 'everything else', of: (point) => point.rest }
  const layers = points.some((point) => point.rest > 0) ? [...named, rest] : named
  const last = points.at(-1)
  const isTold = forecast.bytesPerDay !== null && last !== undefined
  const ahead: [number, number][] = isTold
    ? [
        [last.atMs, last.bytes],
        [last.atMs + MONTH_MS, forecast.bytesIn30Days],
      ]
    : []
  const legend: LegendEntry[] = [
    ...layers,
    ...(isTold ? [{ colour: 'ink' as const, text: 'in 30 days, at this pace', isDashed: true }] : []),
  ]
  return {
    ...layered({ layers, points, ahead }),
    title: 'Stored bytes by job',
    label: `Stored bytes by job over ${plural(points.length, 'look')}, stacked: ${layers.map((one) => one.text).join(', ')}.`,
    legend,
  }
}

/** Bytes by what needs them, for the looks that kept it; `null`: fewer than two. */
export function classChart({ points }: Timeline): Chart | null {
  const kept = points.filter((point) => point.classes !== null)
  if (kept.length < 2) return null
  const layers = CLASSES.map((text): Layer => ({ colour: CLASS_COLOURS[text], text, of: (point) => point.classes?.[text] ?? 0 }))
  return {
    ...layered({ layers, points: kept, ahead: [] }),
    title: 'Exclusive, shared, orphaned',
    label: `Stored bytes by what needs them over ${plural(kept.length, 'look')}, stacked: exclusive, shared, orphaned.`,
    legend: layers,
  }
}

interface Layered {
  layers: Layer[]
  points: TimelinePoint[]
  ahead: [number, number][]
}

function layered({ layers, points, ahead }: Layered): Pick<Chart, 'wide' | 'narrow' | 'option'> {
  const scale = byteScale(Math.max(...points.map((one) => one.bytes), ...ahead.map(([, bytes]) => bytes)))
  const series = layers.map(({ colour, of }) =>
    surface(
      colour,
      points.map((point) => [point.atMs, scale.scaled(of(point))]),
    ),
  )
  const dashed = {
    ...STILL,
    type: 'line',
    symbol: 'none',
    lineStyle: { color: colourOf('ink'), width: 2, type: 'dashed' },
    data: ahead.map(([atMs, bytes]) => [atMs, scale.scaled(bytes)]),
  }
  const fromMs = points[0]?.atMs ?? 0
  const toMs = ahead.at(-1)?.[0] ?? points.at(-1)?.atMs ?? 0
  return {
    wide: { width: 1000, height: 300 },
    narrow: { width: 350, height: 240 },
    option: (size) => ({
      grid: GRID,
      xAxis: timeAxis({ fromMs, toMs, width: size.width }),
      yAxis: valueAxis(scale, size),
      series: [...series, ...(ahead.length > 0 ? [dashed] : [])],
    }),
  }
}

const BARS_SHOWN = 12

/** What lies there now of each lineage, the largest first. */
export function lineageChart(rows: UsageRow[], atMs: number): Chart {
  const shown = rows.slice(0, BARS_SHOWN)
  const scale = byteScale(Math.max(0, ...shown.map((row) => row.bytes)))
  const height = 44 + 30 * shown.length
  const more = rows.length > shown.length ? `, the ${shown.length} largest of ${rows.length}` : ''
  return {
    title: `What lies there now${more}`,
    label: `Exclusive, shared and orphaned bytes of each job, ${moment(atMs)}${more}.`,
    legend: CLASSES.map((text) => ({ colour: CLASS_COLOURS[text], text })),
    wide: { width: 1000, height },
    narrow: { width: 350, height },
    option: (size) => ({
      grid: { left: namesWidth(size), right: 16, top: 8, bottom: 44 },
      xAxis: {
        ...valueAxis(scale, size),
        name: scale.unit,
        nameLocation: 'middle',
        nameGap: 24,
        splitNumber: size.width < 500 ? 3 : 6,
      },
      yAxis: nameAxis(
        shown.map((row) => row.lineage),
        size,
      ),
      series: CLASSES.map((text) =>
        bars(
          CLASS_COLOURS[text],
          shown.map((row) => scale.scaled(row[text].bytes)),
          { stack: 'all', barMaxWidth: 18 },
        ),
      ),
    }),
  }
}

/** Of the whole. The library can only guess how wide a text is, so names begin at the left edge and have some room to spare. */
function namesWidth({ width }: { width: number }): number {
  return Math.round(width * 0.3)
}

/** Names are cut where they would leave no room for bars; the table has them whole. */
function nameAxis(data: string[], size: Size): object {
  const width = namesWidth(size)
  return {
    type: 'category',
    inverse: true,
    data,
    axisTick: { show: false },
    axisLine: LINE,
    axisLabel: { ...LABEL, align: 'left', margin: width - 4, width: Math.round(width * 0.78), overflow: 'truncate', interval: 0 },
  }
}
