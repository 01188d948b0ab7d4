import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Clocks, clockGuard, clusterGuard, timeOfAges } from '../../../src/lib/operations/plan-guards.js'

const MINUTE = 60_000
const NOW = Date.UTC(2026, 10, 22)
const JM = 'http://jm:8081'

/** How many minutes this machine, and a JobManager, are ahead of the storage service. */
function clocks(machine: number, jobManager?: number): Clocks {
  const jobManagers = jobManager === undefined ? [] : [{ url: JM, aheadMs: (jobManager - machine) * MINUTE }]
  return { serverTimeMs: NOW, clockSkewMs: machine * MINUTE, jobManagers }
}

describe('the guard clock', () => {
  it.each([
    ['all tell one time', clocks(0, 0)],
    ['they are up to five minutes apart', clocks(2, -3)],
    ['no JobManager tells a time', clocks(5)],
  ])('is fine when %s, and ages count against the service', (_, one) => {
    expect(clockGuard(one).status).toBe('ok')
    expect(timeOfAges(one)).toBe(NOW)
  })

  it.each([
    ['the service is a year ahead', clocks(-525_600, -525_600), -525_600, "this machine's clock is 31536000 s behind it"],
    ['this machine is ahead', clocks(6), 0, "this machine's clock is 360 s ahead of it"],
    ['a JobManager is behind', clocks(0, -6), -6, `that of ${JM} is 360 s behind it`],
    ['machine and JobManager are apart on both sides', clocks(3, -3), -3, 'clocks are more than 5 minutes apart'],
  ])('refuses when %s, and ages count by the clock that makes everything youngest', (_, one, minutes, words) => {
    expect(clockGuard(one)).toMatchObject({ name: 'clock', status: 'refuse', override: null, message: expect.stringContaining(words) })
    expect(timeOfAges(one)).toBe(NOW + minutes * MINUTE)
  })

  it('never counts ages against a clock that makes anything older than the service does', () => {
    const minutes = fc.integer({ min: -1000, max: 1000 })
    fc.assert(
      fc.property(minutes, minutes, (machine, jobManager) => {
        expect(timeOfAges(clocks(machine, jobManager))).toBeLessThanOrEqual(NOW)
      }),
    )
  })
})

describe('the guard cluster', () => {
  const gathered = { evidence: [], answered: [JM], silent: [], clocks: [] }

  it('is fine when every JobManager answered', () => {
    expect(clusterGuard(gathered)).toMatchObject({ status: 'ok', message: '1 of 1 JobManagers answered' })
  })

  it('refuses with what the first silent one did', () => {
    const silent = [{ url: 'http://x', problem: 'http://x did not answer.' }]
    expect(clusterGuard({ ...gathered, silent })).toMatchObject({
      status: 'refuse',
      message: 'http://x did not answer; without it nobody knows which jobs are running',
    })
  })
})
