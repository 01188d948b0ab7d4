import { oneLine } from '../visible.js'

/** Numbers, times and lines as a person reads them. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `1.5 MiB`, three digits at most before the unit. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** `+1.2 GiB`, `-3 KiB`. */
export function signedBytes(delta: number): string {
  return delta < 0 ? `-${bytes(-delta)}` : `+${bytes(delta)}`
}

/** `12.30 USD`. */
export function money(cost: number, currency: string): string {
  return `${cost < 0.01 ? '<0.01' : cost.toFixed(2)} ${currency}`
}

/** `45s`, `12m`, `3h 5m`, `4d 2h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`
  return hours % 24 === 0 ? `${Math.floor(hours / 24)}d` : `${Math.floor(hours / 24)}d ${hours % 24}h`
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** `1 blob`, `2 blobs`. */
export function plural(count: number, word: string): string {
  return `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`
}

export function shortId(jobId: string): string {
  return jobId.slice(0, 8)
}

/** Lines below each other, each one line whatever the names in it hold. */
export function paragraph(lines: readonly string[]): string {
  return lines.map(oneLine).join('\n')
}

/** Breaks a text into lines of at most `columns`, at spaces; lines after the first begin with `indent` spaces. */
export function wrap(text: string, columns: number, indent = 0): string[] {
  const lines: string[] = []
  const whole = oneLine(text)
  const width = Math.max(columns, indent + 1)
  let pad = ''
  let from = 0
  while (pad.length + whole.length - from > width) {
    const line = pad + whole.slice(from, from + width - pad.length + 1)
    const space = line.lastIndexOf(' ', width)
    const end = space > pad.length ? space : width
    lines.push(line.slice(0, end).trimEnd())
    from += end - pad.length
    while (whole[from] === ' ') from++
    pad = ' '.repeat(indent)
  }
  return [...lines, pad + whole.slice(from)]
}

/** The same, but never within a word: most long ones are paths, to be copied. */
export function wrapWords(text: string, columns: number, indent = 0): string[] {
  const lines: string[] = []
  for (const word of oneLine(text).split(' ')) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(word)
    else if (last.length + 1 + word.length > columns) lines.push(' '.repeat(indent) + word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
