import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import type { PlannedCleanup } from '../../../src/lib/operations/plan-cleanup.js'
import { recheckCleanup } from '../../../src/lib/operations/recheck-cleanup.js'
import type { JobManager } from '../../../src/lib/ports.js'
import { Confirmed } from '../../../src/lib/state/confirmed.js'
import { refuse } from '../../../src/lib/state/guards.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { groupLineages } from '../../../src/lib/state/lineage.js'
import type { Guard } from '../../../src/lib/state/plan.js'
import { job, jobId, jobsOf, keyAt, needs, running, surveyOf, uri } from '../../support/builders.js'
import { checkpointConfig, entry, fakeJobManager, overview, stats } from '../../support/fake-ports.js'
import { emptyJournal } from '../../support/recorded-tree.js'
import { A, B, chk, file, own, planOf, shared, TREE } from '../state/plan-of.js'

const WORLD = [...[1, 2].flatMap((id) => [chk(id, needs(own(id)), needs(shared(id))), file(own(id)), file(shared(id))]), file(shared(77))]

interface Given {
  jobs?: KnownJob[]
  guards?: Guard[]
  /** What the cluster says after storage was listed. */
  cluster?: Partial<JobManager>
  left?: string[]
}

/** The last look at a plan, of which all but some blobs were confirmed. */
function recheck({ jobs = [job(A)], guards = [], cluster = { jobs: async () => [] }, left = [] }: Given) {
  const survey = surveyOf(WORLD)
  const plan = planOf(survey, { jobs, input: { guards } })
  const known = jobsOf(...jobs)
  const planned: PlannedCleanup = { plan, survey, jobs: known, lineages: groupLineages(known, survey.snapshots) }
  const confirmed = new Confirmed(plan.deletes.flatMap(({ blob }) => (left.includes(blob.name) ? [] : [blob])))
  const asked = { planned, cluster: { jobManagers: [fakeJobManager(cluster)], history: null }, journal: emptyJournal() }
  return recheckCleanup({ plan: async () => asked, confirmed, signal: new AbortController().signal })
}

const runs = (id: string, restored: string | null): Partial<JobManager> => ({
  jobs: async () => [overview({ jobId: id, name: 'sales' })],
  checkpoints: async () => stats({ restored: restored === null ? null : { ...entry(), restoredAtMs: 0, externalPath: uri(restored) } }),
  checkpointConfig: async () => checkpointConfig(1000),
})

describe('the last look before the first delete', () => {
  it('answers what both plans want, `_metadata` first', async () => {
    const checked = await recheck({ left: [shared(77)] })
    if (checked.state !== 'go') return expect.fail(checked.why)
    const [metadata = [], files = []] = checked.waves
    expect(metadata.map((one) => one.name)).toEqual([`${TREE}/chk-1/_metadata`])
    expect(new Set(files.map((one) => one.name))).toEqual(new Set([own(1), shared(1)]))
    expect(files.every((one) => one.after.includes(keyAt(`${TREE}/chk-1/_metadata`)))).toBe(true)
    expect(checked.left).toEqual([])
  })

  it.each<[string, Given, RegExp]>([
    ['a guard refuses now', { guards: [refuse('metadata', 'chk-9/_metadata: torn.')] }, /^metadata: chk-9\/_metadata: torn$/],
    ['a job started while storage was listed', { cluster: runs(B, null) }, /^job sales \(b{8}\) started meanwhile$/],
    [
      'a running job was restored from elsewhere while storage was listed',
      { jobs: [job(A), running(B)], cluster: runs(B, `checkpoints/${A}/chk-1`) },
      /^job sales \(b{8}\) was restored from \S+chk-1 meanwhile$/,
    ],
    [
      'a cluster has fallen silent',
      {
        cluster: {
          jobs: () => Promise.reject(new FlinkopsError('flink-jm does not answer', { code: 'UNREACHABLE', exitCode: EXIT.unreachable })),
        },
      },
      /flink-jm does not answer/,
    ],
  ])('ends the run when %s', async (_, given, why) => {
    expect(await recheck(given)).toEqual({ state: 'abort', why: expect.stringMatching(why) })
  })

  it.each<[string, Given]>([
    ['a job that the plan knew', { jobs: [job(A), running(B)], cluster: runs(B, null) }],
    ['a failover to a checkpoint of its own', { jobs: [job(A), running(B)], cluster: runs(B, `checkpoints/${B}/chk-4`) }],
    [
      'a job that has ended',
      { cluster: { ...runs(jobId(0xd), null), jobs: async () => [overview({ jobId: jobId(0xd), state: 'FINISHED' })] } },
    ],
  ])('is not stopped by %s', async (_, given) => {
    expect(await recheck(given)).toMatchObject({ state: 'go' })
  })
})
