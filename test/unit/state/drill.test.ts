import { describe, expect, it } from 'vitest'
import { drillDirectory, drillName, isDrillDirectory } from '../../../src/lib/state/drill.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { groupLineages } from '../../../src/lib/state/lineage.js'
import { restorePoints } from '../../../src/lib/state/restore-points.js'
import { retain } from '../../../src/lib/state/retention.js'
import {
  chainsOf,
  checkpoint,
  checkpointDirectory,
  DAY,
  HOUR,
  job,
  jobId,
  jobsOf,
  NOW,
  policy,
  running,
  snapshot,
  uri,
} from '../../support/builders.js'

const [SALES, DRILL] = [jobId(1), jobId(2)]
const OWN = checkpoint(SALES, 7, { completedAtMs: NOW - 40 * DAY })
/** What a drill that was cut off left, newer than anything of the job. */
const LEFT = snapshot(`${drillDirectory('checkpoints', DRILL)}/${DRILL}/chk-8`, {
  jobId: DRILL,
  checkpointId: 8,
  completedAtMs: NOW - 3 * DAY,
})
const FROM = { restoredFrom: uri(checkpointDirectory(SALES, 7)) }
const sales = (parts: Partial<KnownJob> = {}) => job(SALES, { name: 'sales', ...parts })

describe('a restore test beside its job', () => {
  it.each([
    ['by its name', job(DRILL, { name: drillName('sales'), ...FROM }), []],
    ['by where it writes, when nobody remembers its name', job(DRILL, FROM), [LEFT]],
  ])('is no generation of it: known %s', (_, drill, left) => {
    const lineages = groupLineages(jobsOf(sales(), drill), [OWN, ...left])
    expect(lineages.of(OWN)).not.toBe(lineages.of(checkpoint(DRILL, 8)))
  })

  it('does not make a job that goes on from it one with the job', () => {
    const heir = job(jobId(3), { restoredFrom: uri(LEFT.directory.name) })
    const lineages = groupLineages(jobsOf(sales(), job(DRILL, FROM), heir), [OWN, LEFT])
    expect(lineages.of(OWN)).not.toBe(lineages.of(checkpoint(jobId(3), 9)))
  })

  it('leaves the job its last restore point, which clean-up keeps', () => {
    const jobs = jobsOf(sales(), job(DRILL, { name: drillName('sales'), ...FROM }))
    const snapshots = [OWN, LEFT]
    const decisions = retain({
      snapshots,
      jobs,
      chains: chainsOf(jobs, snapshots),
      inUse: new Map(),
      policy: policy({ checkpointsMs: DAY }),
      nowMs: NOW,
    })
    expect(decisions.map(({ verdict, reasons }) => [verdict, reasons[0]?.reason])).toEqual([
      ['keep', 'last-of-lineage'],
      ['expire', 'expired'],
    ])
  })

  it('keeps what it writes while it runs', () => {
    const jobs = jobsOf(sales(), running(DRILL, { name: drillName('sales'), ...FROM }))
    const chains = chainsOf(jobs, [LEFT])
    const [decision] = retain({ snapshots: [LEFT], jobs, chains, inUse: new Map(), policy: policy({ checkpointsMs: HOUR }), nowMs: NOW })
    expect(decision?.reasons.map((one) => one.reason)).toEqual(['job-running'])
  })

  it('is never what latest means, and supersedes nothing', () => {
    const jobs = jobsOf(sales(), job(DRILL, { name: drillName('sales'), state: 'CANCELED', ...FROM }))
    const newer = checkpoint(SALES, 9, { completedAtMs: NOW - 39 * DAY })
    const found = restorePoints({
      snapshots: [OWN, newer, LEFT],
      jobs,
      chains: chainsOf(jobs, [OWN, newer, LEFT]),
      jobIds: null,
      names: ['sales'],
      ownDirectories: [],
      beforeMs: null,
    })
    expect(found).toMatchObject({ newest: newer, restorable: 2, passedOver: [] })
    const nameless = restorePoints({
      snapshots: [OWN, LEFT],
      jobs: jobsOf(sales()),
      chains: chainsOf(jobsOf(sales()), [OWN, LEFT]),
      jobIds: null,
      names: ['sales'],
      ownDirectories: [LEFT.directory],
      beforeMs: null,
    })
    expect(nameless.newest).toBe(OWN)
  })
})

describe('the directory of a restore test', () => {
  it('is told by its name and a job id', () => {
    expect(drillDirectory('wasbs://flink@acct/checkpoints/', DRILL)).toBe(`wasbs://flink@acct/checkpoints/flinkops-drill/${DRILL}`)
    expect(isDrillDirectory(`checkpoints/flinkops-drill/${DRILL}`)).toBe(true)
  })

  it.each([['checkpoints/flinkops-drill'], ['checkpoints'], [''], [`checkpoints/${DRILL}`], [`flinkops-drill/${DRILL}/shared`]])(
    'is not %j',
    (name) => {
      expect(isDrillDirectory(name)).toBe(false)
    },
  )
})
