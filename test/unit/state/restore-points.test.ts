import { describe, expect, it } from 'vitest'
import { EMPTY_DIRECTORY } from '../../../src/lib/state/assemble-survey.js'
import { Chains } from '../../../src/lib/state/chains.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { type RestorePointsInput, restorePoints } from '../../../src/lib/state/restore-points.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import {
  at,
  chainsOf,
  checkpoint,
  HOUR,
  job,
  jobId,
  jobsOf,
  NOW,
  running,
  savepoint,
  savepointDirectory,
  snapshot,
  uri,
} from '../../support/builders.js'

const [first, second, other] = [jobId(1), jobId(2), jobId(3)]
const sales = (id: string, parts: Partial<KnownJob> = {}) => job(id, { name: 'sales', ...parts })
const aged = (hours: number, parts: Partial<Snapshot> = {}): Partial<Snapshot> => ({ completedAtMs: NOW - hours * HOUR, ...parts })
const broken = { completeness: 'broken', problem: '3 files are missing' } as const

function find(snapshots: Snapshot[], jobs: KnownJob[], parts: Partial<RestorePointsInput> = {}) {
  const known = jobsOf(...jobs)
  const chains = chainsOf(known, snapshots)
  return restorePoints({ snapshots, jobs: known, chains, jobIds: null, names: ['sales'], ownDirectories: [], beforeMs: null, ...parts })
}

describe('the newest restorable snapshot of a job', () => {
  it('is the newest complete one across its job ids, checkpoint or savepoint', () => {
    const newest = savepoint(second, 11, aged(1))
    const jobs = [sales(first), sales(second, { restoredFrom: uri(`checkpoints/${first}/chk-9`) })]
    const found = find([checkpoint(first, 9, aged(5)), newest, checkpoint(second, 10, aged(2))], jobs)
    expect(found).toEqual({ newest, rivals: [], restorable: 3, passedOver: [], unnamed: 0 })
  })

  it('is none of another job, however new', () => {
    const own = checkpoint(first, 1, aged(9))
    expect(find([checkpoint(other, 7, aged(1)), own], [sales(first), job(other, { name: 'orders' })]).newest).toBe(own)
    expect(find([checkpoint(other, 7)], [job(other, { name: 'orders' })])).toEqual({
      newest: null,
      rivals: [],
      restorable: 0,
      passedOver: [],
      unnamed: 0,
    })
  })

  it.each([
    ['incomplete', 'it has no _metadata'],
    ['broken', '3 files are missing'],
    ['writing', 'its _metadata is empty'],
    ['unreadable', 'byte 7: no such tag'],
  ] as const)('passes over a newer one that is %s, with the reason', (completeness, problem) => {
    const wreck = checkpoint(first, 9, aged(1, { completeness, problem }))
    const own = checkpoint(first, 8, aged(2))
    expect(find([own, wreck], [sales(first)])).toMatchObject({
      newest: own,
      passedOver: [{ snapshot: wreck, reason: `${completeness}: ${problem}` }],
    })
  })

  it('says nothing of older wrecks, and nothing of empty directories', () => {
    const own = checkpoint(first, 8, aged(1))
    const empty = checkpoint(first, 9, aged(0, { completeness: 'incomplete', problem: EMPTY_DIRECTORY }))
    expect(find([own, empty, checkpoint(first, 7, aged(2, broken))], [sales(first)]).passedOver).toEqual([])
  })

  it('names all wrecks when there is nothing else', () => {
    expect(find([checkpoint(first, 9, aged(1, broken)), checkpoint(first, 8, aged(2, broken))], [sales(first)])).toMatchObject({
      newest: null,
      restorable: 0,
      passedOver: [{ snapshot: { checkpointId: 9 } }, { snapshot: { checkpointId: 8 } }],
    })
  })

  it('may be from before a time', () => {
    const old = checkpoint(first, 7, aged(5))
    const found = find([checkpoint(first, 9, aged(1)), checkpoint(first, 8, aged(2, broken)), old], [sales(first)], {
      beforeMs: NOW - 2 * HOUR,
    })
    expect(found).toMatchObject({ newest: old, restorable: 1, passedOver: [] })
  })

  describe('when nothing leads from one to the other', () => {
    const [old, young] = [checkpoint(first, 50, aged(50)), checkpoint(second, 9, aged(1))]
    const jobs = [sales(first), running(second, { name: 'sales' })]

    it('is neither: a run that began empty is not the newer state', () => {
      expect(find([old, young], jobs)).toMatchObject({ newest: null, rivals: [young, old], restorable: 2 })
    })

    it('is what a person chooses by a time or by a run', () => {
      expect(find([old, young], jobs, { beforeMs: NOW }).newest).toBe(young)
      expect(find([old, young], jobs, { beforeMs: NOW - 9 * HOUR }).newest).toBe(old)
      expect(find([old, young], jobs, { jobIds: new Set([first]) }).newest).toBe(old)
    })

    it('is the one of the run that was started last, where both went on from one run', () => {
      const point = checkpoint(other, 3, aged(60))
      const from = { restoredFrom: uri(`checkpoints/${other}/chk-3`) }
      const siblings = [
        sales(other),
        sales(first, { ...from, startedAtMs: NOW - 59 * HOUR }),
        sales(second, { ...from, startedAtMs: NOW - HOUR }),
      ]
      const found = find([point, old, young], siblings)
      expect(found).toMatchObject({ newest: young, rivals: [] })
      expect(
        find(
          [point, old, young],
          siblings.map((one) => ({ ...one, startedAtMs: null })),
        ),
      ).toMatchObject({ newest: null, rivals: [young, old] })
    })
  })

  it('lies below the roots: what was put aside elsewhere is nobody\u2019s latest', () => {
    const [own, copy] = [
      savepoint(first, 3, aged(9)),
      { ...savepoint(first, 4, aged(1)), directory: at('backup/savepoint-111111-000000000004') },
    ]
    const jobs = jobsOf(sales(first))
    const chains = new Chains({ snapshots: [own, copy], jobs, roots: [at('savepoints')], keys: null })
    const found = restorePoints({
      snapshots: [own, copy],
      jobs,
      chains,
      names: ['sales'],
      jobIds: null,
      ownDirectories: [],
      beforeMs: null,
    })
    expect(found).toMatchObject({ newest: own, restorable: 1 })
  })

  it('takes no run that never ran for one of its name', () => {
    expect(find([checkpoint(second, 1)], [sales(second, { neverRan: true })]).newest).toBeNull()
  })

  it('is the one that a renamed job was restored from, though it bears the old name; and not what that job wrote later', () => {
    const parent = savepoint(other, 1, aged(5))
    const later = checkpoint(other, 20, aged(1))
    const jobs = [job(other, { name: 'sales_v1' }), sales(first, { restoredFrom: `${uri(savepointDirectory(other, 1))}/_metadata` })]
    expect(find([parent, later], jobs).newest).toBe(parent)
  })

  describe('after a job was taken back to an older one', () => {
    const [old, given] = [checkpoint(first, 5, aged(9)), checkpoint(first, 6, aged(8))]
    const from = { restoredFrom: uri(`checkpoints/${first}/chk-5`) }

    it('is that older one, and what came after it is superseded', () => {
      const found = find([old, given], [sales(first), sales(second, from)])
      expect(found.newest).toBe(old)
      expect(found.passedOver).toEqual([
        {
          snapshot: given,
          reason: `superseded: job ${second} was restored from an older one, checkpoint 5, and went on from there`,
        },
      ])
    })

    it('is the newest of the run that went on', () => {
      const own = checkpoint(second, 7, aged(1))
      expect(find([old, given, own], [sales(first), sales(second, from)])).toMatchObject({ newest: own, restorable: 2, passedOver: [] })
    })

    it('nothing is superseded while the first run goes on beside it', () => {
      expect(find([old, given], [running(first, { name: 'sales' }), sales(second, from)]).newest).toBe(given)
    })

    it('nothing is superseded by a restore that was only asked for', () => {
      const planned = sales(second, { ...from, restores: [], state: null, liveness: 'unknown' })
      expect(find([old, given], [sales(first), planned]).newest).toBe(given)
    })
  })

  describe('in a directory of its own', () => {
    const root = 'checkpoints/sales'
    const nameless = snapshot(`${root}/${other}/chk-4`, aged(1))
    const own = { ownDirectories: [at(root)] }

    it('may be of a run whose name nobody knows any more', () => {
      expect(find([nameless], [job(other)], own)).toMatchObject({ newest: nameless, unnamed: 0 })
      expect(find([nameless], [job(other)])).toMatchObject({ newest: null, unnamed: 1 })
    })

    it('is not taken when another job has left something there, too', () => {
      const stranger = snapshot(`${root}/${second}/chk-1`, aged(3))
      expect(find([nameless, stranger], [job(other), job(second, { name: 'orders' })], own)).toMatchObject({ newest: null, unnamed: 1 })
    })
  })
})
