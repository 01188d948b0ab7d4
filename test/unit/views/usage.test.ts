import { describe, expect, it } from 'vitest'
import { renderTable } from '../../../src/lib/cli/table.js'
import type { Usage } from '../../../src/lib/operations/measure-usage.js'
import type { UsageRow } from '../../../src/lib/usage/account.js'
import { BUILT_IN_PRICES } from '../../../src/lib/usage/prices.js'
import { usageJson, usageTable, usageWords } from '../../../src/lib/views/usage.js'
import { usageMetrics } from '../../../src/lib/views/usage-metrics.js'

const MIB = 1024 ** 2
const streams = { stdoutTty: true, stderrTty: true, stdinTty: true, columns: 120, colour: false }

const row: UsageRow = {
  key: 'k',
  lineage: 'sales_pipeline',
  jobIds: ['a'.repeat(32)],
  checkpoints: 3,
  savepoints: 2,
  incomplete: 1,
  exclusive: { blobs: 10, bytes: MIB },
  shared: { blobs: 20, bytes: 2 * MIB },
  orphaned: { blobs: 5, bytes: 3 * MIB },
  written: { blobs: 4, bytes: 10, blocks: 4 },
  blobs: 35,
  bytes: 6 * MIB,
  capacityCost: 0.25,
  writes: { operations: 1000, cost: 0.5 },
  growthBytes: -MIB,
}

function usage(parts: Partial<Usage> = {}): Usage {
  return {
    atMs: Date.UTC(2026, 10, 22),
    rows: [row],
    rest: {
      temporary: { blobs: 1, bytes: 100 },
      other: { blobs: 0, bytes: 0 },
      markers: { blobs: 7, bytes: 0 },
      softDeleted: { blobs: 9, bytes: MIB },
    },
    total: { blobs: 43, bytes: 6 * MIB + 100 },
    costOfMonth: 0.8,
    growth: { sinceMs: Date.UTC(2026, 10, 15), bytes: 4096, lineages: { sales_pipeline: -MIB } },
    forecast: { looks: 5, spanMs: 14 * 86_400_000, bytesPerDay: 1024, bytesIn30Days: 7 * MIB, costIn30Days: 1 },
    prices: BUILT_IN_PRICES,
    notices: [],
    ...parts,
  }
}

describe('usage for a person and a pipe', () => {
  it('has a line for each lineage, for what is no lineage, and the sum', () => {
    expect(renderTable(usageTable(usage()), 'table', streams)).toBe(
      [
        'LINEAGE         CHECKPOINTS  SAVEPOINTS  EXCLUSIVE   SHARED  ORPHANED  BLOBS    TOTAL  GROWN BY   A MONTH',
        'sales_pipeline            3           2    1.0 MiB  2.0 MiB   3.0 MiB     35  6.0 MiB  -1.0 MiB  0.75 USD',
        '(temporary)                                                                1    100 B',
        '(markers)                                                                  7      0 B',
        '(soft-deleted)                                                             9  1.0 MiB',
        'total                                                                     43  6.0 MiB  +4.0 KiB  0.80 USD',
        '',
      ].join('\n'),
    )
  })

  it('gives a pipe plain numbers', () => {
    const [first] = renderTable(usageTable(usage()), 'tsv', streams).split('\n')
    expect(first?.split('\t')).toEqual([
      'sales_pipeline',
      '3',
      '2',
      '1048576',
      '2097152',
      '3145728',
      '35',
      '6291456',
      '-1048576',
      '0.750000',
    ])
  })

  it('says from how many looks it foretells, and by which prices', () => {
    expect(usageWords(usage(), 200)).toBe(
      [
        '+4.0 KiB since the look of 2026-11-15T00:00:00.000Z.',
        'In 30 days 7.0 MiB (+1.0 KiB a day: a straight line through 5 looks over 14d).',
        'Costs by the built-in price table: hot, LRS, eastus, as of 2026-05-04. Check it: yours will differ.',
        'A month costs 0.80 USD; 0.50 USD of it are the writes of 1 running job, estimated from the newest checkpoint.',
      ].join('\n'),
    )
  })

  it('does not pretend to know what it cannot know yet', () => {
    const forecast = { looks: 1, spanMs: 0, bytesPerDay: null, bytesIn30Days: null, costIn30Days: null }
    const words = usageWords(usage({ growth: null, forecast, rows: [{ ...row, writes: null }] }), 200)
    expect(words).toContain('First look at this storage')
    expect(words).toContain('No forecast yet: it needs three looks over at least a day, there are 1 over 0s.')
    expect(words).toContain('A month costs 0.80 USD without writes: no running job told its checkpoint interval.')
    expect(usageJson(usage({ growth: null, forecast }))).toMatchObject({ growth: null, forecast: null })
  })
})

describe('usage for Prometheus', () => {
  const SAMPLE = /^[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\\\|\\"|\\n)*"(,[a-z_]+="(?:[^"\\\n]|\\\\|\\"|\\n)*")*\})? -?\d+(\.\d+)?(e-?\d+)?$/

  it('is the text exposition format: HELP and TYPE once before the samples of a metric, each series once, a line feed at the end', () => {
    const text = usageMetrics(usage({ rows: [row, { ...row, lineage: 'a"b\\c\nd' }] }))
    const series = new Set<string>()
    let metric = ''
    expect(text.endsWith('\n')).toBe(true)
    for (const line of text.trimEnd().split('\n')) {
      const [, help] = /^# HELP (\w+) \S/.exec(line) ?? []
      const [, typed] = /^# TYPE (\w+) gauge$/.exec(line) ?? []
      if (help !== undefined) metric = help
      else if (typed !== undefined) expect(typed).toBe(metric)
      else {
        expect(line).toMatch(SAMPLE)
        expect(line.split(/[{ ]/)[0]).toBe(metric)
        const id = line.slice(0, line.lastIndexOf(' '))
        expect(series.has(id)).toBe(false)
        series.add(id)
      }
    }
    expect(text).toContain('flinkops_state_bytes{lineage="sales_pipeline",class="orphaned"} 3145728\n')
    expect(text).toContain('lineage="a\\"b\\\\c\\nd"')
    expect(text).toContain('flinkops_usage_look_timestamp_seconds 1795305600\n')
  })

  it('keeps to the rules of promtool check metrics: no gauge is called a counter, units are whole and plural, names have no capitals', () => {
    const names = [...usageMetrics(usage()).matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name ?? '')
    expect(names.length).toBeGreaterThan(7)
    for (const name of names) {
      expect(name).toMatch(/^flinkops(_[a-z]+)+$/)
      expect(name).not.toMatch(/_(total|count|sum|bucket|info)$/)
      expect(name).not.toMatch(/_(gauge|counter|histogram|summary)(_|$)/)
      expect(name).not.toMatch(/_(b|kb|mb|gb|kib|mib|gib|megabytes|gigabytes|byte|s|ms|sec|minutes|hours|days|milliseconds)(_|$)/)
    }
  })

  it('leaves out what is not known', () => {
    const text = usageMetrics(usage({ rest: null, rows: [] }))
    expect(text).not.toContain('flinkops_rest_bytes')
    expect(text).not.toContain('flinkops_state_bytes')
    expect(text).toContain('flinkops_total_blobs 43\n')
  })
})
