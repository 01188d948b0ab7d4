import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JobEvidence } from '../../../src/lib/state/evidence.js'
import { meanwhile, neededOf, STARTING } from '../../../src/lib/state/meanwhile.js'
import { jobId, keyAt, uri } from '../../support/builders.js'

const [A, B] = [jobId(0xa), jobId(0xb)]
const BEGIN = 1_700_000_000_000

function told(id: string, state: string, restoredFrom: string | null = null, startedAtMs = BEGIN): JobEvidence {
  return { jobId: id, source: 'cluster', where: 'http://jm:8081', name: 'sales', state, startedAtMs, restoredFrom }
}

const OLD = uri(`checkpoints/${A}/chk-3`)
const nothing = { restored: [], unsaid: null }

describe('what became visible on clusters since the last look before the first delete', () => {
  it.each<[string, { before?: JobEvidence[]; last?: JobEvidence[]; now: JobEvidence[] }, object]>([
    ['nothing, where nothing has changed', { before: [told(B, 'RUNNING', OLD)], now: [told(B, 'RUNNING', OLD)] }, nothing],
    [
      'what a new job was restored from',
      { now: [told(B, 'RUNNING', OLD)] },
      { restored: [{ job: 'sales (bbbbbbbb)', path: OLD }], unsaid: null },
    ],
    ['also of a job that has failed since', { now: [told(B, 'FAILED', OLD)] }, { restored: [{ path: OLD }] }],
    [
      'what a known job was restored from anew',
      { before: [told(B, 'RUNNING')], now: [told(B, 'RUNNING', OLD)] },
      { restored: [{ path: OLD }] },
    ],
    [
      'what a fixed id was restored from when it was submitted again',
      { before: [told(B, 'RUNNING', OLD)], now: [told(B, 'RUNNING', OLD, BEGIN + 3_600_000)] },
      { restored: [{ path: OLD }] },
    ],
    ['nothing of a job that began empty and ended', { now: [told(B, 'FINISHED')] }, nothing],
    ['nothing of a job that began empty and says so a second time', { last: [told(B, 'RUNNING')], now: [told(B, 'RUNNING')] }, nothing],
    [
      'that nobody knows yet, of a job that has just begun',
      { now: [told(B, 'RUNNING')] },
      { unsaid: expect.stringMatching(/^job sales \(b{8}\) has just begun/) },
    ],
    [
      'nor of one that was seen starting before',
      { last: [told(B, 'INITIALIZING')], now: [told(B, 'RUNNING')] },
      { unsaid: expect.stringContaining('has just begun') },
    ],
    ...[...STARTING].map((state): [string, { now: JobEvidence[] }, object] => [
      `nor of a job that is ${state}`,
      { now: [told(B, state)] },
      { restored: [], unsaid: `job sales (bbbbbbbb) is ${state} and does not say yet from what it is restored` },
    ]),
    ['nothing that only the journal or the history says', { now: [{ ...told(B, 'RUNNING', OLD), source: 'history' }] }, nothing],
  ])('tells %s', (_, { before = [], last = before, now }, expected) => {
    expect(meanwhile({ before, last, now })).toMatchObject(expected)
  })

  it('takes no restore for known that was not told before, whatever else is said', () => {
    const job = fc.record({
      id: fc.constantFrom(A, B),
      state: fc.constantFrom('RUNNING', 'FAILED', 'RESTARTING'),
      path: fc.constantFrom(OLD, null),
    })
    const looks = fc.uniqueArray(job, { selector: ({ id }) => id })
    fc.assert(
      fc.property(looks, looks, looks, (...all) => {
        const [before, last, now] = all.map((one) => one.map(({ id, state, path }) => told(id, state, path))) as [
          JobEvidence[],
          JobEvidence[],
          JobEvidence[],
        ]
        const { restored } = meanwhile({ before, last, now })
        const fresh = now.filter(
          (one) => one.restoredFrom && !before.some((was) => was.jobId === one.jobId && was.restoredFrom === one.restoredFrom),
        )
        expect(restored.map(({ path }) => path)).toEqual(fresh.map((one) => one.restoredFrom))
      }),
    )
  })
})

it('finds what was taken by any spelling of a path, as a directory and as its _metadata', () => {
  const key = keyAt(`checkpoints/${A}/chk-3/_metadata`)
  const keys = new Set([key, keyAt(`checkpoints/${A}/chk-4/_metadata`)])
  const spelled = [OLD, OLD.replace('wasbs:', 'abfss:').replace('.blob.', '.dfs.'), `${OLD}/_metadata`, `${OLD}/`]
  for (const path of spelled) expect([...neededOf([{ job: 'sales', path }], keys)], path).toEqual([[key, 'sales']])
  for (const path of [uri(`checkpoints/${A}/chk-5`), 'file:///tmp/chk-3', '']) expect(neededOf([{ job: 'x', path }], keys).size).toBe(0)
})
