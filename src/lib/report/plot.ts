import type { EChartsCoreOption } from 'echarts/core'
import { type Html, trusted } from './html.js'

/** In pixels. */
export interface Size {
  width: number
  height: number
}

/** Draws one chart as SVG. */
export type Plot = (option: EChartsCoreOption, size: Size) => Html

/** Loads the plotting library, which no other command needs. It escapes the texts that it draws. */
export async function loadPlot(): Promise<Plot> {
  const [{ init, use }, { BarChart, LineChart }, { GridComponent }, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  use([BarChart, LineChart, GridComponent, SVGRenderer])
  return (option, size) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
    try {
      chart.setOption({ animation: false, useUTC: true, ...option })
      return trusted(chart.renderToSVGString().replace('<svg ', '<svg aria-hidden="true" focusable="false" '))
    } finally {
      chart.dispose()
    }
  }
}
