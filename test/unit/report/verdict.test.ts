import { describe, expect, it } from 'vitest'
import type { Report } from '../../../src/lib/operations/compile-report.js'
import { countsOf, tilesOf, verdictOf } from '../../../src/lib/report/verdict.js'
import { timelineOf } from '../../../src/lib/usage/timeline.js'
import { checkpoint, DAY, jobId, NOW } from '../../support/builders.js'
import { finding, GIB, report, SALES, weeklyLooks } from '../../support/fake-report.js'

const whole = (name: string, digit: number) => ({
  jobId: jobId(digit),
  name,
  state: 'RUNNING',
  newest: checkpoint(jobId(digit), 7, { completedAtMs: NOW - digit * 60_000 }),
  restorable: 1,
})
const without = (name: string | null) => ({ jobId: SALES, name, state: 'RUNNING', newest: null, restorable: 0 })
const NOTHING = 'Nothing was found that needs mending.'

describe('the verdict', () => {
  it.each<[string, Partial<Report>, string, string]>([
    ['one job', {}, 'good', `sales_pipeline has a whole restore point. ${NOTHING}`],
    ['two jobs', { outlook: [whole('a', 1), whole('b', 2)] }, 'good', `All 2 jobs have a whole restore point. ${NOTHING}`],
    ['no job', { outlook: [] }, 'good', `No job is running. ${NOTHING}`],
    ['a job without', { outlook: [whole('a', 1), without('b')] }, 'bad', `b has no whole restore point in storage. ${NOTHING}`],
    ['a nameless one', { outlook: [without(null)] }, 'bad', `11111111 has no whole restore point in storage. ${NOTHING}`],
    [
      'many without',
      { outlook: ['a', 'b', 'c', 'd'].map(without) },
      'bad',
      `a, b, c and 1 more have no whole restore point in storage. ${NOTHING}`,
    ],
    ['a silent cluster', { outlook: [], silent: ['x'] }, 'careful', `Which jobs run could not be found out. ${NOTHING}`],
    [
      'one of two clusters silent',
      { silent: ['x'] },
      'careful',
      `Every job that is known to run has a whole restore point; not every cluster answered. ${NOTHING}`,
    ],
    ['only advice', { findings: [finding('advice')] }, 'good', `sales_pipeline has a whole restore point. ${NOTHING}`],
    ['a warning', { findings: [finding('warn')] }, 'careful', 'sales_pipeline has a whole restore point. Look at 1 warning.'],
    [
      'what is not known',
      { findings: [finding('unknown'), finding('unknown')] },
      'careful',
      'sales_pipeline has a whole restore point. Look at 2 things not known.',
    ],
    [
      'errors',
      { findings: [finding('error'), finding('error'), finding('warn'), finding('advice')] },
      'bad',
      'sales_pipeline has a whole restore point. Look at 2 errors and 1 warning.',
    ],
  ])('says of %s what was seen', (_, parts, tone, headline) => {
    expect(verdictOf(report(parts))).toMatchObject({ tone, headline })
  })

  const { usage } = report()
  it.each<[string, Report['usage'], string]>([
    ['grown', usage, '90.0 GiB in 1,000 blobs, 4.0 GiB more than at the look 7d ago, for about 1.62 USD a month.'],
    [
      'shrunk',
      { ...usage, growth: { sinceMs: NOW - DAY, bytes: -GIB, lineages: {} } },
      '90.0 GiB in 1,000 blobs, 1.0 GiB less than at the look 1d ago, for about 1.62 USD a month.',
    ],
    [
      'the same',
      { ...usage, growth: { sinceMs: NOW - DAY, bytes: 0, lineages: {} } },
      '90.0 GiB in 1,000 blobs, as many bytes as at the look 1d ago, for about 1.62 USD a month.',
    ],
    [
      'first seen',
      { ...usage, growth: null },
      '90.0 GiB in 1,000 blobs, for about 1.62 USD a month. This is the first look: growth is told from the next one on.',
    ],
  ])('says what lies there: %s', (_, one, amounts) => {
    expect(verdictOf(report({ usage: one })).amounts).toBe(amounts)
  })

  it('counts findings in words, the worst first', () => {
    const all = [finding('advice'), finding('unknown'), finding('error'), finding('advice'), finding('warn')]
    expect(countsOf(all)).toBe('1 error, 1 warning, 1 thing not known and 2 pieces of advice')
    expect(countsOf([])).toBe('')
  })
})

describe('the numbers that are watched', () => {
  const numbersOf = (parts: Partial<Report>) =>
    Object.fromEntries(tilesOf(report(parts)).map(({ title, value, note }) => [title, [value, note]]))

  it('has growth over all looks, the forecast, the cost, restore points and findings', () => {
    expect(numbersOf({ outlook: [whole('a', 1), whole('b', 2), without('c')], findings: [finding('warn')] })).toEqual({
      Stored: ['90.0 GiB', '9.0 GiB of it orphaned'],
      Growth: ['+13.5 GiB', 'since 1 Nov 2026'],
      'In 30 days': ['105 GiB', '+512 MiB a day'],
      'Cost a month': ['1.62 USD', 'by prices of 4 May 2026'],
      'Restore points': ['2 of 3 jobs', 'newest at most 2m old'],
      Findings: ['1', '1 warning'],
    })
  })

  it('claims nothing at the first look, when no job runs', () => {
    const { usage } = report()
    const forecast = { looks: 1, spanMs: 0, bytesPerDay: null, bytesIn30Days: null, costIn30Days: null }
    const timeline = timelineOf(weeklyLooks(1, { a: GIB }), { lineages: 6, points: 60 })
    expect(numbersOf({ usage: { ...usage, rows: [], growth: null, forecast }, timeline, outlook: [] })).toMatchObject({
      Stored: ['90.0 GiB', 'nothing of it orphaned'],
      Growth: ['—', 'told from the next look on'],
      'In 30 days': ['—', 'needs three looks over at least a day'],
      'Restore points': ['—', 'no job is known to run'],
      Findings: ['0', 'nothing to complain about'],
    })
  })
})
