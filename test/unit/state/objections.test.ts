import { describe, expect, it } from 'vitest'
import { type Override, objectionsTo, refusals, type StopCandidate } from '../../../src/lib/state/objections.js'

const HEALTHY: StopCandidate = {
  jobId: 'a'.repeat(32),
  name: 'sales_pipeline',
  state: 'RUNNING',
  tasks: { running: 4, total: 4 },
  wayBack: { known: true, words: 'sales.sql' },
  isBatch: false,
  hasFinishedTasks: false,
  checkpoints: { lastCompletedAtMs: 1, failedInARow: 0, lastFailure: null },
}

function check(parts: Partial<StopCandidate>, ...allowed: Override[]) {
  const found = objectionsTo([{ ...HEALTHY, ...parts }], new Set(allowed))
  return found.filter((one) => one.status !== 'ok').map(({ name, status, override }) => ({ name, status, override }))
}

describe('objections', () => {
  it('has none against a healthy job whose way back is known, and says so of each check', () => {
    const found = objectionsTo([HEALTHY], new Set())

    expect(found.map((one) => [one.name, one.status])).toEqual([
      ['way-back', 'ok'],
      ['name', 'ok'],
      ['health', 'ok'],
      ['bounded', 'ok'],
      ['checkpoints', 'ok'],
    ])
  })

  it.each<[string, Partial<StopCandidate>, string, Override]>([
    ['that nobody can bring back', { wayBack: { known: false, problem: 'no script' } }, 'way-back', 'allow-no-way-back'],
    ['that is restarting', { state: 'RESTARTING' }, 'health', 'allow-unhealthy'],
    ['of which a task does not run', { tasks: { running: 3, deploying: 1, total: 4 } }, 'health', 'allow-unhealthy'],
    ['that is a batch job', { isBatch: true }, 'bounded', 'allow-bounded'],
    [
      'whose checkpoints fail',
      { checkpoints: { lastCompletedAtMs: 1, failedInARow: 2, lastFailure: 'timeout' } },
      'checkpoints',
      'allow-failing-checkpoints',
    ],
  ])('refuses a job %s, until its flag makes it a warning', (_, parts, name, flag) => {
    expect(check(parts)).toEqual([{ name, status: 'refuse', override: `--${flag}` }])
    expect(check(parts, flag)).toEqual([{ name, status: 'warn', override: null }])
  })

  it('overrides nothing but what the flag is for', () => {
    expect(check({ state: 'FAILING' }, 'allow-no-way-back', 'allow-bounded', 'allow-failing-checkpoints')).toMatchObject([
      { status: 'refuse' },
    ])
  })

  it.each<[string, Partial<StopCandidate>]>([
    ['one failed checkpoint', { checkpoints: { lastCompletedAtMs: 1, failedInARow: 1, lastFailure: null } }],
    ['tasks that have finished', { tasks: { running: 3, finished: 1, total: 4 }, hasFinishedTasks: true }],
  ])('only warns of %s', (_, parts) => {
    expect(check(parts)).toMatchObject([{ status: 'warn' }])
  })

  it('refuses two jobs of one name: no flag can tell them apart, leaving one out does', () => {
    const twin = { ...HEALTHY, jobId: 'b'.repeat(32) }

    expect(refusals(objectionsTo([HEALTHY, twin], new Set())).map((one) => [one.name, one.override])).toEqual([
      ['name', `--except ${HEALTHY.jobId}`],
      ['name', `--except ${twin.jobId}`],
    ])
  })

  it('quotes the cause of the last failed checkpoint', () => {
    const checkpoints = { lastCompletedAtMs: null, failedInARow: 3, lastFailure: 'Checkpoint expired before completing.' }

    expect(refusals(objectionsTo([{ ...HEALTHY, checkpoints }], new Set()))[0]?.message).toBe(
      'its last 3 checkpoints failed (Checkpoint expired before completing), so its savepoint would probably fail too',
    )
  })
})

it.each<[string, Partial<StopCandidate>, string]>([
  ['way-back', {}, 'comes back by sales.sql'],
  ['way-back', { wayBack: { known: false, problem: 'no script' } }, 'no known way back: no script'],
  ['name', {}, 'its name is its own'],
  ['health', {}, 'it runs'],
  ['health', { state: 'RESTARTING' }, 'it is RESTARTING, and a savepoint needs it running'],
  ['health', { tasks: { running: 3, total: 4 } }, 'only 3 of its 4 tasks run, and a savepoint needs all of them'],
  ['bounded', {}, 'it does not end by itself, as far as can be seen'],
  ['bounded', { isBatch: true }, 'it is a batch job: no savepoint can be taken of it'],
  ['bounded', { hasFinishedTasks: true }, 'some of its tasks have finished: it is bounded, and may end by itself'],
  ['checkpoints', {}, 'its checkpoints complete'],
  ['checkpoints', { checkpoints: { lastCompletedAtMs: null, failedInARow: 0, lastFailure: null } }, 'no checkpoint has failed'],
  ['checkpoints', { checkpoints: { lastCompletedAtMs: 1, failedInARow: 1, lastFailure: null } }, 'its last checkpoint failed'],
  [
    'checkpoints',
    { checkpoints: { lastCompletedAtMs: 1, failedInARow: 1, lastFailure: 'No slot. Late.' } },
    'its last checkpoint failed (No slot. Late)',
  ],
])('says of the %s of a job what was seen: %j', (name, parts, message) => {
  expect(objectionsTo([{ ...HEALTHY, ...parts }], new Set()).find((one) => one.name === name)?.message).toBe(message)
})
