import type { EChartsCoreOption } from 'echarts/core'
import { type Html, html, name } from './html.js'
import type { Plot, Size } from './plot.js'

/** A colour of the style sheet: `c1` to `c7`, and those of its words. */
export type Colour = 'c1' | 'c2' | 'c3' | 'c4' | 'c5' | 'c6' | 'c7' | 'bad' | 'ink'

export interface LegendEntry {
  colour: Colour
  text: string
  /** A line, not a surface. */
  isDashed?: boolean
}

export interface Chart {
  title: string
  /** What it shows, for whoever cannot see it; the numbers stand in a table. */
  label: string
  legend: LegendEntry[]
  /** Drawn twice: letters must not shrink on a phone. */
  wide: Size
  narrow: Size
  option: (size: Size) => EChartsCoreOption
}

/** A chart with its legend. Its numbers come after it. */
export function figure(chart: Chart, plot: Plot): Html {
  const drawing = (size: Size, form: string) =>
    html`<div class="drawing ${form}" role="img" aria-label="${chart.label}">${plot(chart.option(size), size)}</div>`
  return html`<figure>
<figcaption>${chart.title}</figcaption>
${legend(chart.legend)}
${drawing(chart.wide, 'wide')}
${drawing(chart.narrow, 'narrow')}
</figure>
`
}

/** The numbers of what is drawn above, folded away. */
export function numbers(table: Html): Html {
  return html`<details><summary>The numbers</summary>${table}</details>
`
}

function legend(entries: LegendEntry[]): Html | null {
  if (entries.length === 0) return null
  const items = entries.map(
    ({ colour, text, isDashed }) => html`<li><span class="key ${colour}${isDashed === true ? ' dashed' : ''}"></span>${name(text)}</li>`,
  )
  return html`<ul class="legend">${items}</ul>`
}

export function colourOf(colour: Colour): string {
  return `var(--${colour})`
}

/** What every series has: nothing moves, nothing listens. */
export const STILL = { silent: true, emphasis: { disabled: true }, animation: false }

/** The surface of a stacked line chart. */
export function surface(colour: Colour, data: [number, number][]): object {
  return {
    ...STILL,
    type: 'line',
    stack: 'all',
    symbol: 'none',
    lineStyle: { width: 1, color: colourOf(colour) },
    areaStyle: { color: colourOf(colour), opacity: 0.75 },
    data,
  }
}

export function bars(colour: Colour, data: (number | null)[], more: object = {}): object {
  return { ...STILL, type: 'bar', barMaxWidth: 26, itemStyle: { color: colourOf(colour) }, data, ...more }
}
