import { beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../../src/lib/operations/compile-report.js'
import { trusted } from '../../../src/lib/report/html.js'
import { pageOf } from '../../../src/lib/report/page.js'
import { loadPlot, type Plot } from '../../../src/lib/report/plot.js'
import { timelineOf } from '../../../src/lib/usage/timeline.js'
import { NOW } from '../../support/builders.js'
import { NOT_KNOWN } from '../../support/fake-facts.js'
import { finding, GIB, report, SPELL, usageRow, weeklyLooks } from '../../support/fake-report.js'

/** Drawing takes most of the time of a page. */
const noPlot: Plot = () => trusted('<svg></svg>')
let plot: Plot
let drawn = ''
beforeAll(async () => {
  plot = await loadPlot()
  drawn = page({}, 'prod', plot)
})

function page(parts: Partial<Report> = {}, contextName: string | null = 'prod', by = noPlot): string {
  return pageOf({ report: report(parts), contextName, version: '0.1.0', spell: SPELL, plot: by })
}

const EVIL = '<script>alert(1)</script>'

describe('the page', () => {
  it('has its parts in the order in which they are read', () => {
    const headings = [...page({ findings: [finding('error')] }).matchAll(/<h([123])[^>]*>(.*?)<\/h\1>/g)].map(([, level, text = '']) => [
      Number(level),
      text.replace(/<[^>]*>/g, ''),
    ])
    expect(headings).toEqual([
      [1, 'Flink state of prod'],
      [2, 'State over time'],
      [2, 'Jobs'],
      [3, 'sales_pipeline 11111111 RUNNING'],
      [2, 'Clean-up'],
      [3, 'What it did'],
      [3, 'What it would do now'],
      [3, 'What it holds, and why'],
      [3, 'Snapshots that stay, and why'],
      [2, 'Findings'],
      [3, 'Error some-error'],
    ])
  })

  it('asks for nothing and runs nothing', () => {
    const text = drawn
    expect(text).toMatch(/^<!DOCTYPE html>\n<html lang="en">/)
    expect(text).toContain('content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:;')
    expect(text).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i)
    expect(text).not.toMatch(/\s(src|href|srcset|action|on\w+)=/i)
    expect(text).not.toMatch(/url\((?!#)|@import/i)
  })

  it('shows the names of strangers as text, drawn and written', () => {
    const { usage, outlook, jobs } = report()
    const text = page(
      {
        usage: { ...usage, rows: [usageRow(EVIL, GIB)], notices: [EVIL] },
        timeline: timelineOf(weeklyLooks(3, { [EVIL]: GIB }), { lineages: 6, points: 60 }),
        outlook: outlook.map((one) => ({ ...one, name: EVIL, state: EVIL })),
        jobs: jobs.map((one) => ({ ...one, name: EVIL })),
        findings: [finding('warn', { id: EVIL, what: EVIL, why: EVIL, fix: EVIL, source: EVIL })],
        runs: { state: 'unknown', reason: EVIL },
        planned: { state: 'unknown', reason: EVIL },
      },
      EVIL,
      plot,
    )
    expect(text).not.toContain('<script')
    expect(text.split('&lt;script').length).toBeGreaterThan(15)
  })

  it('draws no colour but those of the style sheet, so that it changes with it', () => {
    const drawings = [...drawn.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([svg]) => svg).join('')
    const colours = new Set([...drawings.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map(([, colour]) => colour))
    const fixed = [...colours].filter((colour) => colour !== 'none' && !colour?.startsWith('var(--'))
    // The inside of a clip path, which nobody sees.
    expect(fixed).toEqual(['#000'])
  })

  it('draws each chart for wide and narrow, and has its numbers in a table', () => {
    const text = drawn
    const count = (part: string) => text.split(part).length - 1
    expect([count('<figure>'), count('class="drawing wide"'), count('class="drawing narrow"')]).toEqual([5, 5, 5])
    expect(count('role="img" aria-label="')).toBe(10)
    expect(count('<details>')).toBe(4)
    expect(text).toContain('<th scope="row"><bdi>sales_pipeline</bdi></th>')
  })

  const { usage } = report()
  it.each<[string, Partial<Report>, string]>([
    ['a first look', { timeline: timelineOf(weeklyLooks(1, { a: 1 }), { lineages: 6, points: 60 }) }, 'this one is the first.'],
    ['no state at all', { usage: { ...usage, rows: [] } }, 'No state of any job lies in storage.'],
    ['a silent cluster', { silent: ['http://b:8081 does not answer.'] }, 'http://b:8081 does not answer. Its jobs are not among these.'],
    ['no job', { outlook: [] }, 'No job is known to be running.'],
    ['runs that cannot be read', { runs: NOT_KNOWN }, 'What earlier runs did is not known: it did not answer.'],
    [
      'one run that cannot',
      { runs: { state: 'known', value: { runs: [], older: 2, unreadable: ['r1'] } } },
      'The record of r1 cannot be read.',
    ],
    ['no run', { runs: { state: 'known', value: { runs: [], older: 0, unreadable: [] } } }, 'No clean-up was run from this machine yet.'],
    ['no plan', { planned: NOT_KNOWN }, 'No clean-up can be planned: it did not answer.'],
    ['nothing found', { findings: [] }, 'Nothing to complain about.'],
    ['what was not seen', { usage: { ...usage, notices: ['x is unreadable'] } }, '<li>x is unreadable.</li>'],
  ])('says %s in a sentence, and the rest is still there', (_, parts, words) => {
    const text = page(parts)
    expect(text).toContain(words)
    for (const id of ['state', 'jobs', 'cleanup', 'findings']) expect(text).toContain(`<h2 id="${id}">`)
  })

  it('is called without a context, too', () => {
    expect(page({ atMs: NOW }, null)).toContain('<title>Flink state, 22 Nov 2026, 00:00</title>')
  })
})
