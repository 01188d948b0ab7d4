import { describe, expect, it } from 'vitest'
import type { Objection } from '../../../src/lib/state/objections.js'
import { jobLine, maintenanceJson, objectionLines, resumeSummary, stopSummary, windowText } from '../../../src/lib/views/maintenance.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'
import { person, pipe } from '../../support/fake-streams.js'

const ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
const DOWN = manifestJob({ jobId: ID, name: 'sales', state: 'stopped', path: 'wasbs://c@a/sp-1', verified: true })

function objection(parts: Partial<Objection>): Objection {
  return { jobId: ID, jobName: 'sales', name: 'health', status: 'ok', message: 'it runs', override: null, ...parts }
}

describe('the line of a job', () => {
  it.each([
    ['tsv', `sales\t${ID}\twasbs://c@a/sp-1`],
    ['table', 'sales    a1b2c3d4  wasbs://c@a/sp-1'],
    ['id', ID],
  ] as const)('%s', (format, expected) => {
    expect(jobLine(DOWN, ID, format, 7)).toBe(expected)
  })
})

describe('what is shown before a stop', () => {
  it('lists the jobs and counts the checks; what is ok needs no words', () => {
    const text = windowText('To stop: 1 job', [{ name: 'sales', jobId: ID, words: 'RUNNING' }], [objection({}), objection({})], pipe())

    expect(text).toBe('To stop: 1 job\n  sales  a1b2c3d4  RUNNING\n\nChecks: 2 of 2 ok')
  })

  it('names the flag that overrides a refusal, and the other way', () => {
    const refused = objection({ status: 'refuse', message: 'it is FAILING', override: '--allow-unhealthy' })

    expect(objectionLines([objection({}), refused], pipe())).toEqual([
      "  refuse  sales a1b2c3d4, health: it is FAILING. Override: --allow-unhealthy, or leave it out: --except 'sales'",
    ])
  })

  it('has one way only where no flag helps', () => {
    const twins = objection({ status: 'refuse', name: 'name', message: 'two of one name', override: `--except ${ID}` })

    expect(objectionLines([twins], pipe())).toEqual([`  refuse  sales a1b2c3d4, name: two of one name. Leave one out: --except ${ID}`])
  })

  it('breaks long lines for a narrow terminal', () => {
    const refused = objection({ status: 'warn', message: 'its last checkpoint failed (Checkpoint expired before completing)' })

    const lines = objectionLines([refused], person(50))
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.filter((line) => line.length > 50)).toEqual([])
  })
})

describe('what is said when a part failed', () => {
  const jobs = [
    DOWN,
    manifestJob({ jobId: 'b'.repeat(32), name: 'orders', state: 'failed', error: 'the sink is blocked' }),
    manifestJob({ jobId: 'c'.repeat(32), name: 'clicks', state: 'stopping', triggerId: 'd'.repeat(32) }),
    manifestJob({ jobId: 'e'.repeat(32), name: 'late', state: 'planned' }),
    manifestJob({
      jobId: 'f'.repeat(32),
      name: 'half',
      state: 'stopped',
      path: 'p',
      error: 'its savepoint is not restorable: a file is missing',
    }),
  ]

  it('stop --all: what is down, what is not and why', () => {
    expect(stopSummary(manifest({ jobs }))).toBe(
      `Down: 2 jobs (sales, half).
  half: its savepoint is not restorable: a file is missing (NOT verified)
Not stopped: orders (bbbbbbbb): the sink is blocked
Still being stopped: clicks (cccccccc), trigger id ${'d'.repeat(32)}
Up, not asked to stop yet: late (eeeeeeee)`,
    )
  })

  it('resume --all: what is up, what is not, with the path that it shall come from', () => {
    const back = [
      manifestJob({ jobId: '1', name: 'sales', state: 'running', path: 'p' }),
      manifestJob({ jobId: '2', name: 'orders', state: 'stopped', path: 'q', error: 'no slot' }),
      manifestJob({ jobId: '3', name: 'clicks', state: 'starting', path: 'r', resumedAs: ID }),
      manifestJob({ jobId: '4', name: 'lost', state: 'failed', error: 'it is gone' }),
    ]

    expect(resumeSummary(manifest({ jobs: back }))).toBe(
      `Up: 1 job (sales).
Down: orders: no slot (q)
Started as ${ID}, not proven: clicks (r)
Down: lost: it is gone (no savepoint)`,
    )
  })
})

it('the JSON has what scripts hold on to', () => {
  expect(maintenanceJson({ manifest: manifest({ jobs: [DOWN] }), manifestPath: '/m.json', outcome: 'done', objections: [] })).toEqual({
    manifest: '/m.json',
    outcome: 'done',
    jobs: [{ jobId: ID, name: 'sales', state: 'stopped', path: 'wasbs://c@a/sp-1', verified: true, error: null, resumedAs: null }],
    objections: [],
  })
})
