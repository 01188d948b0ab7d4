import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { goingJobs, refuseSecond } from '../../../src/lib/operations/already-running.js'
import { snapshotOwner } from '../../../src/lib/operations/snapshot-owner.js'
import type { JobOverview, Journal } from '../../../src/lib/ports.js'
import { ACCOUNT, CONTAINER, fakeJobManager, JOB, NOW_MS, overview } from '../../support/fake-ports.js'

const { signal } = new AbortController()
const cluster = (...jobs: JobOverview[]) => fakeJobManager({ jobs: async () => jobs })
const silent = fakeJobManager({
  jobs: () => Promise.reject(new FlinkopsError('Gone.', { code: 'UNREACHABLE', exitCode: EXIT.unreachable })),
})

describe('a job of that name on the cluster', () => {
  const names = ['sales_pipeline']

  it.each(['RUNNING', 'CREATED', 'INITIALIZING', 'RESTARTING', 'FAILING', 'CANCELLING', 'SUSPENDED', 'RECONCILING', 'A_NEW_WORD'])(
    'that is %s is going',
    async (state) => {
      expect((await goingJobs({ names, jobManagers: [cluster(overview({ state }))], signal })).jobs).toHaveLength(1)
    },
  )

  it.each(['FINISHED', 'CANCELED', 'FAILED'])('that is %s is none', async (state) => {
    expect((await goingJobs({ names, jobManagers: [cluster(overview({ state }))], signal })).jobs).toEqual([])
  })

  it('is looked for on every cluster; one of another name is none', async () => {
    const jobManagers = [cluster(overview({ name: 'sales' })), silent, cluster(overview())]
    expect(await goingJobs({ names, jobManagers, signal })).toEqual({
      jobs: [{ ...overview(), jobManager: 'http://flink-jm:8081' }],
      silent: ['Gone.'],
    })
  })

  it('cannot be told of when the cluster itself is silent', async () => {
    await expect(goingJobs({ names, jobManagers: [silent], signal })).rejects.toMatchObject({ exitCode: 7 })
  })

  it('is refused: which, since when, where, and what to do', () => {
    refuseSecond([])
    expect(() => refuseSecond([{ ...overview(), jobManager: 'http://jm' }])).toThrow(
      expect.objectContaining({
        code: 'JOB_RUNS',
        exitCode: 6,
        message: `sales_pipeline is on the cluster already: job ${JOB} is RUNNING since ${new Date(NOW_MS - 60_000).toISOString()} on http://jm.`,
        suggestions: ['Stop it first: flinkops stop sales_pipeline', expect.stringContaining('--allow-second')],
      }),
    )
  })
})

describe('whose snapshot it is', () => {
  const other = `${JOB.slice(0, 6)}${'0'.repeat(26)}`
  const owner = (name: string, remembered: [string, string][] = [], jobs: JobOverview[] = []) =>
    snapshotOwner({
      location: { account: ACCOUNT, container: CONTAINER, name },
      jobManager: cluster(...jobs),
      journal: { names: async () => new Map(remembered) } as Partial<Journal> as Journal,
      signal,
    })
  const savepoint = `savepoints/savepoint-${JOB.slice(0, 6)}-000000000001`

  it('says the job id in the path of a checkpoint, by the cluster or the journal', async () => {
    expect(await owner(`checkpoints/${JOB}/chk-1`, [[JOB, 'old']])).toBe('old')
    expect(await owner(`checkpoints/${JOB}/chk-1`, [[JOB, 'old']], [overview({ name: 'new' })])).toBe('new')
  })

  it('say six digits of a savepoint, unless they fit jobs of two names', async () => {
    expect(await owner(savepoint, [[JOB, 'sales']])).toBe('sales')
    expect(
      await owner(savepoint, [
        [JOB, 'sales'],
        [other, 'sales'],
      ]),
    ).toBe('sales')
    expect(
      await owner(savepoint, [
        [JOB, 'sales'],
        [other, 'orders'],
      ]),
    ).toBeNull()
  })

  it('is not known otherwise', async () => {
    expect(await owner('backup/monday', [[JOB, 'sales']])).toBeNull()
    expect(await owner(`checkpoints/${other}/chk-1`, [[JOB, 'sales']])).toBeNull()
  })
})
