import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findingsOf } from '../../../src/lib/findings/examine.js'
import { loadOf, recommendedIntervalMs } from '../../../src/lib/findings/interval.js'
import { cluster, facts, job, known } from '../../support/fake-facts.js'
import { entry, stats } from '../../support/fake-ports.js'

describe('the recommended interval', () => {
  it.each([
    [0, 10],
    [5000, 10],
    [5001, 15],
    [18_000, 45],
    [30_001, 90],
    [1_800_000, 3600],
    [1_800_001, 7200],
  ])('of checkpoints that take %d ms is %d s', (durationMs, seconds) => {
    expect(recommendedIntervalMs(durationMs)).toBe(seconds * 1000)
  })

  it('leaves at least as much time without a checkpoint as with one, whatever it takes, and never complains of itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000_000 }), (durationMs) => {
        const intervalMs = recommendedIntervalMs(durationMs)
        expect(intervalMs).toBeGreaterThanOrEqual(2 * durationMs)
        const found = findingsOf(facts({ clusters: [cluster([job({ intervalMs, timeoutMs: 1e9 }, { endToEndMs: durationMs })])] }))
        expect(found.map(({ id }) => id).filter((id) => id.startsWith('interval-'))).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})

describe('what checkpoints take', () => {
  const took = (...durations: number[]) =>
    stats(
      {},
      durations.map((endToEndMs, id) => entry({ id, endToEndMs })),
    )

  it('is what nine of ten do not exceed', () => {
    expect(loadOf(took(1, 2, 3, 4, 5, 6, 7, 8, 9, 1000))).toMatchObject({ samples: 10, durationMs: 9 })
    expect(loadOf(took(7))).toMatchObject({ samples: 1, durationMs: 7 })
    expect(loadOf(took(900, 6, 7))).toMatchObject({ samples: 3, durationMs: 7 })
  })

  it('counts neither savepoints nor what failed', () => {
    expect(
      loadOf(
        stats({}, [entry({ endToEndMs: 5 }), entry({ endToEndMs: 900, isSavepoint: true }), entry({ endToEndMs: 900, status: 'FAILED' })]),
      ),
    ).toMatchObject({
      samples: 1,
      durationMs: 5,
    })
    expect(loadOf(stats())).toBeNull()
  })
})

describe('the arithmetic', () => {
  const tooOften = (...durations: number[]) => {
    const entries = durations.map((endToEndMs, id) => entry({ id, endToEndMs }))
    const one = { ...job({ intervalMs: 3000, timeoutMs: 60_000 }), stats: known(stats({ completed: entries.at(-1) ?? null }, entries)) }
    return findingsOf(facts({ clusters: [cluster([one])] })).filter(({ id }) => id === 'interval-too-short')
  }

  it('is advice only, until three checkpoints are known: the first of a job is its slowest', () => {
    expect(tooOften(4000)).toMatchObject([{ severity: 'advice' }])
    expect(tooOften(4000, 4000)).toMatchObject([{ severity: 'advice' }])
    expect(tooOften(4000, 4000, 4000)).toMatchObject([{ severity: 'warn' }])
    expect(tooOften(4000, 1500, 1400)).toEqual([])
  })

  it('tells tenths of a second, and from how many checkpoints it comes', () => {
    expect(tooOften(2600, 2580, 9000)[0]?.what).toBe(
      'sales_pipeline checkpoints every 3s, and one takes 2.6s (all but the slowest of the last 3 take no longer): 87 % of the interval.',
    )
    expect(tooOften(...Array.from({ length: 20 }, () => 2600))[0]?.what).toContain('(9 of 10 of the last 20 take no longer)')
  })

  it('stands in the finding', () => {
    const upload = { endToEndMs: 18_000, checkpointedBytes: 200 * 1024 ** 2, stateBytes: 900 * 1024 ** 2 }
    const [found] = findingsOf(facts({ clusters: [cluster([job({ intervalMs: 30_000 }, upload)])] }))
    expect(found).toMatchObject({
      id: 'interval-too-short',
      what: 'sales_pipeline checkpoints every 30s, and one takes 18s (the one checkpoint known): 60 % of the interval.',
      fix: 'execution.checkpointing.interval: 45s\nexecution.checkpointing.min-pause: 23s',
    })
    expect(found?.why).toContain('2 x 18s is 36s, and the next usual interval 45s.')
    // 2880 and 1920 checkpoints a day
    expect(found?.why).toContain('At 200 MiB each, 30s uploads 563 GiB a day, 45s 375 GiB, for 900 MiB of state.')
  })
})
