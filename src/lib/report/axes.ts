import type { Size } from './plot.js'

const FONT = 'system-ui, sans-serif'
const DAY_MS = 86_400_000

/** A size in bytes, or a time in ms, written in the unit that fits the largest. */
export interface Scale {
  unit: string
  scaled: (value: number) => number
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** The axis then has round numbers. */
export function byteScale(largest: number): Scale {
  const power = Math.min(BYTE_UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, largest)) / 10)))
  return { unit: BYTE_UNITS[power] ?? 'B', scaled: (bytes) => rounded(bytes / 1024 ** power) }
}

export function timeScale(largestMs: number): Scale {
  if (largestMs >= 600_000) return { unit: 'min', scaled: (ms) => rounded(ms / 60_000) }
  return largestMs >= 1000 ? { unit: 's', scaled: (ms) => rounded(ms / 1000) } : { unit: 'ms', scaled: rounded }
}

function rounded(value: number): number {
  return Number(value.toPrecision(6))
}

/** Colours are variables of the style sheet, so that one drawing serves light and dark. */
export const LABEL = { color: 'var(--faint)', fontSize: 12, fontFamily: FONT }
export const LINE = { lineStyle: { color: 'var(--line)' } }

export function valueAxis({ unit }: Scale, { height }: Size): object {
  return {
    type: 'value',
    name: unit,
    nameGap: 10,
    nameTextStyle: { ...LABEL, align: 'right', padding: [0, 6, 0, 0] },
    splitNumber: height < 200 ? 3 : 4,
    axisLabel: LABEL,
    splitLine: LINE,
  }
}

export function categoryAxis(data: string[]): object {
  return { type: 'category', data, axisTick: { show: false }, axisLine: LINE, axisLabel: { ...LABEL, hideOverlap: true } }
}

export function timeAxis({ fromMs, toMs, width }: { fromMs: number; toMs: number; width: number }): object {
  const spanMs = toMs - fromMs
  return {
    type: 'time',
    min: fromMs,
    max: toMs,
    splitNumber: width < 500 ? 3 : 7,
    ...(spanMs > 2 * DAY_MS && { minInterval: DAY_MS }),
    axisTick: { show: false },
    axisLine: LINE,
    axisLabel: { ...LABEL, hideOverlap: true, formatter: timeFormat(spanMs) },
    splitLine: { show: false },
  }
}

function timeFormat(spanMs: number): string {
  if (spanMs > 300 * DAY_MS) return '{MMM} {yyyy}'
  return spanMs > 2 * DAY_MS ? '{d} {MMM}' : '{HH}:{mm}'
}
