import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { createJournal } from '../../../src/lib/journal/journal.js'
import { gatherJobs } from '../../../src/lib/operations/gather-jobs.js'
import type { ArchivedJob, JobManager, JobOverview, Journal } from '../../../src/lib/ports.js'
import { knowJobs } from '../../../src/lib/state/jobs.js'
import { checkpointConfig, entry, fakeJobManager, JOB, NOW_MS, overview, stats, uri } from '../../support/fake-ports.js'

const FIXED = '00000000526a0f2d0000000000000000'
const SAVEPOINT = uri('savepoints/savepoint-a1b2c3-000000000001')
const RESTORED = { id: 3, restoredAtMs: NOW_MS, externalPath: SAVEPOINT, isSavepoint: true }
const STARTED = NOW_MS - 60_000

let journal: Journal

beforeEach(async () => {
  journal = createJournal({ directory: await mkdtemp(join(tmpdir(), 'flinkops-gather-')) })
})

function jobManager(jobs: JobOverview[], parts: Partial<JobManager> = {}): JobManager {
  return fakeJobManager({
    jobs: async () => jobs,
    checkpoints: async () => stats({ completed: entry(), restored: RESTORED }),
    checkpointConfig: async () => checkpointConfig(10_000),
    ...parts,
  })
}

function gather(jobManagers: JobManager[], archives: ArchivedJob[] = []) {
  const history = { where: 'the history', jobs: async () => archives }
  return gatherJobs({ jobManagers, journal, history, now: () => NOW_MS, signal: new AbortController().signal })
}

async function know(jobManagers: JobManager[], archives: ArchivedJob[] = []) {
  const { evidence } = await gather(jobManagers, archives)
  return knowJobs({ evidence, jobIds: [], exclusive: false, allClustersAnswered: true })
}

const ARCHIVED: ArchivedJob = {
  jobId: JOB,
  name: 'sales_pipeline',
  state: 'CANCELED',
  startedAtMs: STARTED,
  endedAtMs: NOW_MS,
  tasksTotal: 4,
  lastSavepointPath: null,
  lastCheckpointPath: null,
  restoredFrom: SAVEPOINT,
  restoredId: 3,
  changelogEnabled: null,
  checkpointTimeoutMs: null,
  externalized: { enabled: true, deleteOnCancellation: true },
}

describe('what a cluster and the history tell', () => {
  it('has the execution, the restore with its checkpoint id, and whether checkpoints are retained', async () => {
    const told = { startedAtMs: STARTED, restores: [{ path: SAVEPOINT, checkpointId: 3, executionStartedAtMs: STARTED }] }
    expect((await gather([jobManager([overview()])])).evidence[0]).toMatchObject({ ...told, retainsCheckpoints: true })
    const [archived] = (await gather([], [ARCHIVED])).evidence
    expect(archived).toMatchObject({ ...told, endedAtMs: NOW_MS, retainsCheckpoints: false })
  })

  it('has what is missing on the wire as not known, never as 0 or -1', async () => {
    const bare = jobManager([overview({ startedAtMs: 0 })], {
      checkpoints: async () => stats({ restored: { ...RESTORED, id: -1 } }),
      checkpointConfig: async () => null,
    })
    expect((await gather([bare])).evidence[0]).toMatchObject({
      startedAtMs: null,
      restores: [{ path: SAVEPOINT, checkpointId: null, executionStartedAtMs: null }],
      retainsCheckpoints: null,
    })
    const [archived] = (await gather([], [{ ...ARCHIVED, restoredFrom: null, restoredId: null, externalized: null }])).evidence
    expect(archived).toMatchObject({ restores: [], retainsCheckpoints: null })
  })

  it.each([
    ['of a job that was cancelled and has a checkpoint', { state: 'CANCELED' }, entry(), 1],
    ['not of one that has none', { state: 'CANCELED' }, null, 0],
    ['not of one that finished: Flink deletes its checkpoints', { state: 'FINISHED' }, entry(), 0],
  ])('asks for the configuration %s', async (_, parts, completed, times) => {
    let asked = 0
    const one = jobManager([overview({ ...parts, endedAtMs: NOW_MS })], {
      checkpoints: async () => stats({ completed }),
      checkpointConfig: async () => {
        asked++
        return checkpointConfig(1)
      },
    })
    await gather([one])
    expect(asked).toBe(times)
  })
})

describe('what answers and is no JobManager', () => {
  it.each([
    ['a HistoryServer', new FlinkopsError('it has no /v1/overview', { code: 'NOT_FOUND', exitCode: EXIT.failedOnCluster })],
    ['a page to log in', new FlinkopsError('an overview is not what Flink answers', { code: 'NOT_FLINK', exitCode: EXIT.unreachable })],
  ])('is silent, and says why: %s', async (_, problem) => {
    const one = jobManager([], { version: () => Promise.reject(problem) })
    const { answered, silent } = await gather([one])
    expect(answered).toEqual([])
    expect(silent).toEqual([{ url: one.url, problem: expect.stringContaining(problem.message) }])
  })
})

describe('what looks remember', () => {
  const ended = [overview({ state: 'CANCELED', endedAtMs: NOW_MS })]

  it('is how each job stood on its cluster and from what it was restored, once', async () => {
    const ha = { configuration: async () => new Map([['high-availability.type', 'zookeeper']]) }
    for (let looks = 0; looks < 3; looks++) await gather([jobManager([overview()], ha)])
    const seen = { jobId: JOB, where: 'http://flink-jm:8081', name: 'sales_pipeline', startedAtMs: STARTED }
    const restored = { path: SAVEPOINT, checkpointId: 3 }
    const running = { ...seen, state: 'RUNNING', isHaOff: false, restored, savepoint: null }
    expect(await journal.sightings()).toEqual([running])
    await gather([jobManager(ended)])
    expect(await journal.sightings()).toEqual([running, { ...running, state: 'CANCELED', isHaOff: null }])
  })

  it.each([
    [{}, true],
    [{ 'high-availability': 'NONE' }, true],
    [{ 'high-availability.type': 'none' }, true],
    [{ 'high-availability.type': 'kubernetes' }, false],
    [{ 'high-availability': 'org.example.Services' }, false],
  ])('tells whether high availability is off: %j', async (configuration, isHaOff) => {
    await gather([jobManager([overview()], { configuration: async () => new Map(Object.entries(configuration)) })])
    expect((await journal.sightings()).map((one) => one.isHaOff)).toEqual([isHaOff])
  })

  it('does not take a configuration that is refused for one without high availability', async () => {
    const configuration = () => Promise.reject(new FlinkopsError('no', { code: 'X', exitCode: EXIT.refused }))
    await gather([jobManager([overview()], { configuration })])
    expect((await journal.sightings()).map((one) => one.isHaOff)).toEqual([null])
  })

  it('takes a JobManager that goes while it is asked for one that did not answer', async () => {
    const configuration = () => Promise.reject(new FlinkopsError('it is gone', { code: 'X', exitCode: EXIT.unreachable }))
    const { answered, silent } = await gather([jobManager([overview()], { configuration })])
    expect([answered, silent.map((one) => one.problem)]).toEqual([[], ['it is gone']])
  })

  it('is there when the cluster is not: the restore as seen, the name, and that it was running', async () => {
    await gather([jobManager([overview()])])
    const job = (await know([])).get(JOB)
    expect(job).toMatchObject({
      liveness: 'unknown',
      name: 'sales_pipeline',
      nameSource: 'journal',
      restores: [{ path: SAVEPOINT, checkpointId: 3, source: 'journal', executionStartedAtMs: STARTED }],
      executions: [{ startedAtMs: STARTED, endedAtMs: null, isBounded: false }],
    })
  })

  it('is whose a savepoint was, when the next run has claimed it and Flink has deleted it', async () => {
    const savepoint = { ...entry(), externalPath: SAVEPOINT }
    for (const latest of [savepoint, null])
      await gather([jobManager([overview()], { checkpoints: async () => stats({ savepoint: latest }) })])
    expect((await know([])).get(JOB)?.savepoints).toEqual([SAVEPOINT])
  })

  it('survives a failover, which overwrites what the cluster tells', async () => {
    await gather([jobManager([overview()])])
    const own = { ...RESTORED, id: 7, externalPath: uri(`checkpoints/${JOB}/chk-7`) }
    const later = jobManager([overview()], { checkpoints: async () => stats({ restored: own }) })
    expect((await know([later])).get(JOB)?.restores.map((one) => [one.checkpointId, one.source])).toEqual([
      [7, 'cluster'],
      [3, 'journal'],
    ])
  })

  it('does not count what was only asked for as a restore that was seen', async () => {
    await journal.rememberRestore(JOB, SAVEPOINT)
    expect((await know([])).get(JOB)).toMatchObject({ restoredFrom: SAVEPOINT, restores: [] })
  })

  it('is no evidence about a fixed id, which other clusters have, too: only what was seen at a listed JobManager', async () => {
    const here = jobManager([overview({ jobId: FIXED })])
    await gather([here])
    await journal.rememberRestore(FIXED, SAVEPOINT)
    expect((await know([])).get(FIXED)).toBeUndefined()
    expect((await know([{ ...here, url: 'http://other:8081', jobs: async () => [] }])).get(FIXED)).toBeUndefined()
    expect((await know([{ ...here, jobs: async () => [] }])).get(FIXED)).toMatchObject({ name: 'sales_pipeline', nameSource: 'journal' })
  })
})

describe('clocks of JobManagers', () => {
  it.each([
    ['a job that runs tells the time', [overview()], 0],
    ['behind', [overview({ durationMs: 1 })], -59_999],
    ['an end that is still to come', [overview({ state: 'CANCELED', endedAtMs: NOW_MS + 600_000 })], 600_000],
  ])('are held against this machine: %s', async (_, jobs, aheadMs) => {
    const one = jobManager(jobs)
    expect((await gather([one])).clocks).toEqual([{ url: one.url, aheadMs }])
  })

  it.each([
    ['there are no jobs', []],
    ['all have ended', [overview({ state: 'CANCELED', endedAtMs: NOW_MS })]],
    ['the answer leaves times out', [overview({ startedAtMs: 0, durationMs: 0 })]],
  ])('are not known when %s', async (_, jobs) => {
    expect((await gather([jobManager(jobs)])).clocks).toEqual([])
  })
})
