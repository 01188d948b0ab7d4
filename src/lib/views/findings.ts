import { paint, type Tone } from '../cli/colour.js'
import type { Streams } from '../cli/streams.js'
import type { Table } from '../cli/table.js'
import type { Finding, Severity } from '../findings/finding.js'
import { paragraph, plural, wrapWords } from './format.js'

const TONES: Record<Severity, Tone> = { error: 'bad', warn: 'careful', unknown: 'careful', advice: 'faint' }
const WORDS: Record<Severity, string> = { error: 'ERROR', warn: 'WARNING', unknown: 'NOT KNOWN', advice: 'ADVICE' }
/** Longer lines are hard to read. */
const WIDEST = 100

/** `doctor` for a pipe: one finding a line. */
export function findingsTable(findings: Finding[]): Table {
  return {
    columns: ['SEVERITY', 'FINDING', 'WHERE', 'WHAT', 'WHY', 'FIX'].map((title) => ({ title })),
    rows: findings.map(({ severity, id, source, what, why, fix }) =>
      [severity, id, source, what, why, fix].map((text) => ({ text, raw: text })),
    ),
    ids: findings.map(({ id }) => id),
    empty: 'Nothing to complain about.',
  }
}

/** `doctor` for a person: each finding as a paragraph, its fix ready to be copied, and a count at the end. */
export function findingsText(findings: Finding[], checked: number, streams: Streams): string {
  const blocks = findings.map((finding) => block(finding, streams))
  return [...blocks, summary(findings, checked)].join('\n\n')
}

function block({ severity, id, source, what, why, fix }: Finding, streams: Streams): string {
  const columns = Math.min(streams.columns, WIDEST)
  const words = (text: string) => wrapWords(text, columns - 2).map((line) => `  ${line}`)
  return paragraph([
    `${paint(WORDS[severity], TONES[severity], streams)}  ${paint(id, 'strong', streams)}`,
    paint(`  ${source}`, 'faint', streams),
    ...words(what),
    ...words(why),
    ...fix.split('\n').map((line) => `    ${line}`),
  ])
}

function summary(findings: Finding[], checked: number): string {
  const places = `${plural(checked, 'thing')} looked at`
  if (findings.length === 0) return `${places}: nothing to complain about.`
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length
  const parts = [
    plural(count('error'), 'error'),
    plural(count('warn'), 'warning'),
    `${count('unknown')} not known`,
    `${count('advice')} advice`,
  ]
  return `${places}: ${parts.filter((part) => !part.startsWith('0 ')).join(', ')}.`
}

/** The JSON of `doctor`. */
export function findingsJson(findings: Finding[], checked: number): object {
  return { findings, checked }
}
