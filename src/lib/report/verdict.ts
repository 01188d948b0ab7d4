import type { Finding, Severity } from '../findings/finding.js'
import type { Report } from '../operations/compile-report.js'
import type { Outlook } from '../state/outlook.js'
import { bytes, duration, money, plural, signedBytes } from '../views/format.js'
import { called, day, listed } from './words.js'

export type Tone = 'good' | 'careful' | 'bad'

export interface Verdict {
  tone: Tone
  headline: string
  /** What lies there, how it grows, what it costs. */
  amounts: string
}

/** What a person has to know who reads nothing else. Says only what was seen. */
export function verdictOf(report: Report): Verdict {
  const { outlook, silent, findings } = report
  const { tone, words } = restoreClause(outlook, silent.length > 0)
  const needs = findingsClause(findings)
  return {
    tone: worse(tone, toneOf(findings)),
    headline: `${words} ${needs}`,
    amounts: amountsSentence(report),
  }
}

function restoreClause(outlook: Outlook[], isSilent: boolean): { tone: Tone; words: string } {
  const without = outlook.filter((one) => one.newest === null)
  if (without.length > 0) {
    const names = listed(without.map(called))
    return { tone: 'bad', words: `${names} ${without.length === 1 ? 'has' : 'have'} no whole restore point in storage.` }
  }
  if (isSilent && outlook.length === 0) return { tone: 'careful', words: 'Which jobs run could not be found out.' }
  if (isSilent) return { tone: 'careful', words: 'Every job that is known to run has a whole restore point; not every cluster answered.' }
  if (outlook.length === 0) return { tone: 'good', words: 'No job is running.' }
  return {
    tone: 'good',
    words:
      outlook.length === 1
        ? `${called(outlook[0] ?? NOBODY)} has a whole restore point.`
        : `All ${outlook.length} jobs have a whole restore point.`,
  }
}

const NOBODY = { name: null, jobId: '' }

function toneOf(findings: Finding[]): Tone {
  if (countOf(findings, 'error') > 0) return 'bad'
  return countOf(findings, 'warn') + countOf(findings, 'unknown') > 0 ? 'careful' : 'good'
}

function findingsClause(findings: Finding[]): string {
  const words = countsOf(findings.filter(({ severity }) => severity !== 'advice'))
  return words === '' ? 'Nothing was found that needs mending.' : `Look at ${words}.`
}

function worse(a: Tone, b: Tone): Tone {
  const order: Tone[] = ['good', 'careful', 'bad']
  return order[Math.max(order.indexOf(a), order.indexOf(b))] ?? 'bad'
}

/** `2 errors, 1 warning and 1 thing not known`; '' when there are none. */
export function countsOf(findings: Finding[]): string {
  const words: [Severity, string][] = [
    ['error', 'error'],
    ['warn', 'warning'],
    ['unknown', 'unknown'],
    ['advice', 'piece of advice'],
  ]
  const parts = words.flatMap(([severity, word]) => {
    const count = countOf(findings, severity)
    if (count === 0) return []
    if (severity === 'unknown') return [`${plural(count, 'thing')} not known`]
    return [severity === 'advice' && count > 1 ? `${count} pieces of advice` : plural(count, word)]
  })
  return listed(parts, 4)
}

function countOf(findings: Finding[], severity: Severity): number {
  return findings.filter((one) => one.severity === severity).length
}

function amountsSentence({ usage, atMs }: Report): string {
  const { total, growth, costOfMonth, prices } = usage
  const lies = `${bytes(total.bytes)} in ${plural(total.blobs, 'blob')}`
  const costs = `for about ${money(costOfMonth, prices.currency)} a month`
  if (growth === null) return `${lies}, ${costs}. This is the first look: growth is told from the next one on.`
  const since = `the look ${duration(atMs - growth.sinceMs)} ago`
  if (growth.bytes === 0) return `${lies}, as many bytes as at ${since}, ${costs}.`
  const change = `${bytes(Math.abs(growth.bytes))} ${growth.bytes > 0 ? 'more' : 'less'} than at ${since}`
  return `${lies}, ${change}, ${costs}.`
}

export interface Tile {
  title: string
  value: string
  note: string
}

/** The few numbers that are watched from week to week. */
export function tilesOf(report: Report): Tile[] {
  const { usage, findings, timeline } = report
  const { total, forecast, costOfMonth, prices } = usage
  const [first] = timeline.points
  const grown = first === undefined || timeline.points.length < 2 ? null : total.bytes - first.bytes
  return [
    { title: 'Stored', value: bytes(total.bytes), note: orphanedNote(report) },
    {
      title: 'Growth',
      value: grown === null ? '—' : signedBytes(grown),
      note: grown === null || first === undefined ? 'told from the next look on' : `since ${day(first.atMs)}`,
    },
    forecast.bytesPerDay === null
      ? { title: 'In 30 days', value: '—', note: 'needs three looks over at least a day' }
      : { title: 'In 30 days', value: bytes(forecast.bytesIn30Days), note: `${signedBytes(forecast.bytesPerDay)} a day` },
    { title: 'Cost a month', value: money(costOfMonth, prices.currency), note: `by prices of ${day(Date.parse(prices.asOf))}` },
    restoreTile(report),
    { title: 'Findings', value: String(findings.length), note: countsOf(findings) || 'nothing to complain about' },
  ]
}

function orphanedNote({ usage }: Report): string {
  const orphaned = usage.rows.reduce((sum, row) => sum + row.orphaned.bytes, 0)
  return orphaned === 0 ? 'nothing of it orphaned' : `${bytes(orphaned)} of it orphaned`
}

function restoreTile({ outlook, atMs }: Report): Tile {
  const title = 'Restore points'
  if (outlook.length === 0) return { title, value: '—', note: 'no job is known to run' }
  const ages = outlook.flatMap(({ newest }) => (newest === null ? [] : [atMs - newest.completedAtMs]))
  const note = ages.length === 0 ? 'none is whole' : `newest at most ${duration(Math.max(...ages))} old`
  return { title, value: `${ages.length} of ${plural(outlook.length, 'job')}`, note }
}
