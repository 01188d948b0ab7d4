import type { CheckpointEntry } from '../ports.js'
import { plural } from '../views/format.js'
import { byteScale, categoryAxis, type Scale, timeScale, valueAxis } from './axes.js'
import { bars, type Chart, type LegendEntry } from './chart.js'

const SIZES: Pick<Chart, 'wide' | 'narrow'> = { wide: { width: 480, height: 200 }, narrow: { width: 350, height: 190 } }

/** How long each took; `entries` oldest first. */
export function durationChart(job: string, entries: CheckpointEntry[]): Chart {
  const scale = timeScale(Math.max(0, ...entries.map((one) => one.endToEndMs ?? 0)))
  const isFailed = (one: CheckpointEntry) => one.status === 'FAILED'
  const kinds: (LegendEntry & { is: (one: CheckpointEntry) => boolean })[] = [
    { colour: 'c1', text: 'checkpoint', is: (one) => !isFailed(one) && !one.isSavepoint },
    { colour: 'c5', text: 'savepoint', is: (one) => !isFailed(one) && one.isSavepoint },
    { colour: 'bad', text: 'failed', is: isFailed },
  ]
  const there = kinds.filter(({ is }) => entries.some(is))
  return {
    title: 'How long each took',
    label: `Duration of the last ${plural(entries.length, 'checkpoint')} of ${job}.`,
    legend: there,
    ...drawn(
      entries,
      scale,
      there.map(({ colour, is }) =>
        bars(
          colour,
          entries.map((one) => (is(one) ? scale.scaled(one.endToEndMs ?? 0) : null)),
          { stack: 'all' },
        ),
      ),
    ),
  }
}

/** How large each is, and how much of it was uploaded. */
export function sizeChart(job: string, entries: CheckpointEntry[]): Chart {
  const scale = byteScale(Math.max(0, ...entries.flatMap((one) => [one.stateBytes ?? 0, one.checkpointedBytes ?? 0])))
  const series = (['stateBytes', 'checkpointedBytes'] as const).map((of) =>
    bars(
      of === 'stateBytes' ? 'c3' : 'c4',
      entries.map((one) => (one[of] === null ? null : scale.scaled(one[of]))),
      { barGap: '0%' },
    ),
  )
  return {
    title: 'How large each was',
    label: `State and uploaded bytes of the last ${plural(entries.length, 'checkpoint')} of ${job}.`,
    legend: [
      { colour: 'c3', text: 'all of its state' },
      { colour: 'c4', text: 'uploaded' },
    ],
    ...drawn(entries, scale, series),
  }
}

function drawn(entries: CheckpointEntry[], scale: Scale, series: object[]): Pick<Chart, 'wide' | 'narrow' | 'option'> {
  return {
    ...SIZES,
    option: (size) => ({
      grid: { left: 8, right: 8, top: 30, bottom: 6, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: categoryAxis(entries.map((one) => String(one.id))),
      yAxis: valueAxis(scale, size),
      series,
    }),
  }
}
