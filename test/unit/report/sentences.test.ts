import { describe, expect, it } from 'vitest'
import type { JobFacts } from '../../../src/lib/findings/facts.js'
import type { RunSummary } from '../../../src/lib/operations/list-runs.js'
import type { Usage } from '../../../src/lib/operations/measure-usage.js'
import { planSentence, runWords } from '../../../src/lib/report/section-cleanup.js'
import { paceSentence, restoreSentence } from '../../../src/lib/report/section-jobs.js'
import { growthSentence } from '../../../src/lib/report/section-state.js'
import { day, listed, longDay, moment, sentence, took } from '../../../src/lib/report/words.js'
import type { CleanupPlan } from '../../../src/lib/state/plan.js'
import { checkpoint, DAY, NOW, savepoint } from '../../support/builders.js'
import { CONFIG, known, NOT_KNOWN } from '../../support/fake-facts.js'
import { entry, stats } from '../../support/fake-ports.js'
import { cleanupPlan, GIB, report, runSummary, SALES } from '../../support/fake-report.js'

describe('words', () => {
  it.each([
    [450, '450 ms'],
    [2140, '2.1 s'],
    [45_000, '45 s'],
    [90_000, '1.5 min'],
    [1_200_000, '20 min'],
  ])('says how long %d ms are', (ms, words) => expect(took(ms)).toBe(words))

  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
  ])('lists %j', (all, words) => expect(listed(all)).toBe(words))

  it('writes days and times in UTC', () => {
    const atMs = Date.UTC(2026, 10, 23, 7, 5)
    expect([day(atMs), longDay(atMs), moment(atMs)]).toEqual(['23 Nov 2026', 'Monday, 23 Nov 2026', '23 Nov 2026, 07:05'])
  })

  it('ends a sentence with one full stop', () => expect([sentence('a'), sentence('a. ')]).toEqual(['a.', 'a.']))
})

describe('growth', () => {
  const { usage } = report()
  const tooFew = { looks: 2, spanMs: DAY / 2, bytesPerDay: null, bytesIn30Days: null, costIn30Days: null }
  it.each<[string, Usage, string]>([
    [
      'a forecast',
      usage,
      '+4.0 GiB since the look before, 7d ago. In 30 days 105 GiB instead of 90.0 GiB, if it goes on as in the last 21d: a straight line through 4 looks, +512 MiB a day.',
    ],
    [
      'no forecast yet',
      { ...usage, forecast: tooFew },
      '+4.0 GiB since the look before, 7d ago. No forecast yet: it needs three looks over at least a day, there are 2 over 12h.',
    ],
    ['a first look', { ...usage, growth: null }, 'First look at this storage: growth is told from the next one on.'],
  ])('says %s', (_, one, words) => expect(growthSentence(one, NOW)).toBe(words))
})

describe('a job', () => {
  const size = { exclusiveBytes: GIB, sharedBytes: GIB, metadataBytes: 0, completedAtMs: NOW - 60_000 }
  it.each([
    [null, 0, 'No whole restore point of it lies in storage.'],
    [checkpoint(SALES, 7, size), 1, 'Newest restore point: checkpoint 7, 1m old, 2.0 GiB; it is the only whole one.'],
    [savepoint(SALES, 7, size), 3, 'Newest restore point: a savepoint, 1m old, 2.0 GiB; 3 are whole.'],
  ])('can be brought back: %#', (newest, restorable, words) => expect(restoreSentence({ newest, restorable }, NOW)).toBe(words))

  const done = entry({ endToEndMs: 2100, stateBytes: GIB, checkpointedBytes: 1024 })
  const told = (parts: Partial<Pick<JobFacts, 'config' | 'stats'>>) => ({
    config: known(CONFIG),
    stats: known(stats({ completed: done }, [done, done])),
    ...parts,
  })
  it.each<[string, Parameters<typeof paceSentence>[0], string]>([
    [
      'several checkpoints',
      told({}),
      'A checkpoint every 1m; all but the slowest of the last 2 took at most 2.1 s, with 1.0 KiB uploaded for 1.0 GiB of state.',
    ],
    [
      'one, and failures',
      told({ stats: known({ ...stats({}, [done]), counts: { restored: 0, total: 9, inProgress: 0, completed: 1, failed: 8 } }) }),
      'A checkpoint every 1m; the one that the cluster remembers took at most 2.1 s, with 1.0 KiB uploaded for 1.0 GiB of state; 8 of 9 checkpoints failed.',
    ],
    ['none yet', told({ stats: known(stats()) }), 'A checkpoint every 1m; none has completed that the cluster remembers.'],
    [
      'only on demand',
      told({ config: known({ ...CONFIG, intervalMs: null }), stats: known(stats()) }),
      'Checkpoints only when asked for; none has completed that the cluster remembers.',
    ],
    ['no checkpointing', told({ stats: known(null) }), 'It takes no checkpoints.'],
    ['settings not told', told({ config: NOT_KNOWN }), 'How its checkpoints go is not known: it did not answer.'],
    ['statistics not told', told({ stats: NOT_KNOWN }), 'How its checkpoints go is not known: it did not answer.'],
    ['nothing told', null, 'The cluster did not say how its checkpoints go.'],
  ])('checkpoints: %s', (_, facts, words) => expect(paceSentence(facts)).toBe(words))
})

describe('clean-up', () => {
  it.each<[Partial<RunSummary>, string]>([
    [{}, 'done'],
    [{ changed: 1, open: 2 }, 'done; what had changed was left alone'],
    [{ failed: 1, changed: 1 }, 'in part: some could not be deleted'],
    [{ deletedBlobs: 12, open: 400 }, 'in part: cleanup --resume finishes it'],
    [{ deletedBlobs: 0, open: 412 }, 'nothing was deleted'],
  ])('ended: %j', (parts, words) => expect(runWords(runSummary(parts))).toBe(words))

  const refusal = { name: 'soft-delete', status: 'refuse' as const, message: 'off', override: '--without-soft-delete' }
  it.each<[Partial<CleanupPlan>, string]>([
    [{}, 'By the retention of the configuration 1 blob of 1,000 would go: 3.0 GiB of 90.0 GiB.'],
    [{ deletes: [] }, 'By the retention of the configuration there is nothing to delete.'],
    [
      { guards: [refusal] },
      'By the retention of the configuration 1 blob of 1,000 would go: 3.0 GiB of 90.0 GiB. But clean-up would refuse: soft-delete.',
    ],
  ])('would do: %#', (parts, words) => expect(planSentence(cleanupPlan(parts))).toBe(words))
})
