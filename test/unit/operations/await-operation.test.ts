import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { type AwaitProgress, awaitOperation } from '../../../src/lib/operations/await-operation.js'
import type { JobManager, JournalOperation, OperationStatus } from '../../../src/lib/ports.js'
import { entry, fakeJobManager, fakeStorage, JOB, NOW_MS, stats, uri } from '../../support/fake-ports.js'

const TRIGGER = 'c'.repeat(32)
const OPERATION: JournalOperation = {
  kind: 'savepoint',
  triggerId: TRIGGER,
  jobId: JOB,
  jobName: 'sales_pipeline',
  jobManager: 'http://flink-jm:8081',
  targetDirectory: null,
  format: 'CANONICAL',
  startedAtMs: NOW_MS,
}
const LOCATION = uri('savepoints/savepoint-a1b2c3-000000000001')
const unreachable = () => new FlinkopsError('Cannot reach the JobManager.', { code: 'UNREACHABLE', exitCode: EXIT.unreachable })

interface Waited {
  /** Answers of the operation, one a look; the last one stays. */
  looks: (OperationStatus | Error)[]
  jobManager?: Partial<JobManager>
  storage?: Parameters<typeof fakeStorage>[0]
  operation?: Partial<JournalOperation>
  defaultTarget?: string | null
  signal?: AbortSignal
}

function wait({ looks, jobManager = {}, storage = {}, operation = {}, defaultTarget = uri('savepoints'), signal }: Waited) {
  const progress: AwaitProgress[] = []
  const left = [...looks]
  const end = awaitOperation({
    operation: { ...OPERATION, ...operation },
    jobManager: fakeJobManager({
      operation: async () => {
        const look = left.length > 1 ? left.shift() : left[0]
        if (look instanceof Error) throw look
        return look ?? { state: 'unknown' }
      },
      checkpoints: async () => stats(),
      ...jobManager,
    }),
    storage: fakeStorage(storage),
    defaultTarget,
    signal: signal ?? new AbortController().signal,
    now: () => NOW_MS + 1500,
    onProgress: (one) => progress.push(one),
  })
  return { end, progress }
}

describe('awaitOperation', () => {
  it('answers where the savepoint lies', async () => {
    expect(await wait({ looks: [{ state: 'completed', location: LOCATION }] }).end).toEqual({ state: 'completed', location: LOCATION })
  })

  it('answers the cause of a failure', async () => {
    const failed = { state: 'failed', cause: 'disk full', savepointPath: null } as const

    expect(await wait({ looks: [failed] }).end).toEqual(failed)
  })

  it('tells the progress of that very savepoint, not of the checkpoints beside it', async () => {
    const underWay = { status: 'IN_PROGRESS', acknowledgedSubtasks: 1, checkpointedBytes: 100 }
    const history = [
      entry({ ...underWay, id: 9, acknowledgedSubtasks: 3 }),
      entry({ ...underWay, id: 8, isSavepoint: true, triggeredAtMs: NOW_MS + 10 }),
      entry({ ...underWay, id: 5, isSavepoint: true, triggeredAtMs: NOW_MS - 60_000, acknowledgedSubtasks: 4 }),
    ]
    const { end, progress } = wait({
      looks: [{ state: 'inProgress' }, { state: 'completed', location: LOCATION }],
      jobManager: { checkpoints: async () => stats({}, history) },
    })

    await end
    expect(progress).toEqual([{ elapsedMs: 1500, acknowledged: 1, subtasks: 4, bytes: 100 }])
  })

  it('waits on while the job is still initializing and has no statistics', async () => {
    const initializing = new FlinkopsError('Job is still initializing', { code: 'JOB_INITIALIZING', exitCode: EXIT.stillRunning })
    const { end, progress } = wait({
      looks: [{ state: 'inProgress' }, { state: 'completed', location: LOCATION }],
      jobManager: { checkpoints: () => Promise.reject(initializing) },
    })

    expect(await end).toEqual({ state: 'completed', location: LOCATION })
    expect(progress).toEqual([{ elapsedMs: 1500, acknowledged: null, subtasks: null, bytes: null }])
  })

  it.each([
    ['Ctrl-C', 'Interrupted.', 'INTERRUPTED', EXIT.interrupted],
    ['--timeout', 'Gave up waiting after 5 s (--timeout).', 'TIMEOUT', EXIT.stillRunning],
  ])('says after %s that the savepoint goes on and how to re-attach', async (_, message, code, exitCode) => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(new FlinkopsError(message, { code, exitCode })), 50)

    await expect(wait({ looks: [{ state: 'inProgress' }], signal: abort.signal }).end).rejects.toMatchObject({
      message: `${message} The savepoint goes on in the cluster.`,
      code,
      exitCode,
      suggestions: [`Go on waiting for it: flinkops savepoint --attach ${TRIGGER}`],
    })
  })

  it('says of a JobManager that went away how to re-attach, and keeps its exit code', async () => {
    await expect(wait({ looks: [{ state: 'inProgress' }, unreachable()] }).end).rejects.toMatchObject({
      message: 'Cannot reach the JobManager.',
      exitCode: 7,
      suggestions: [`Go on waiting for it: flinkops savepoint --attach ${TRIGGER}`],
    })
  })

  it('passes on what is no end of the wait as it is', async () => {
    const bug = new TypeError('undefined is not a function')

    await expect(wait({ looks: [bug] }).end).rejects.toBe(bug)
  })
})

describe('awaitOperation, when the JobManager has forgotten the trigger id', () => {
  it("finds the savepoint in the job's statistics", async () => {
    const savepoint = entry({ isSavepoint: true, externalPath: LOCATION, triggeredAtMs: NOW_MS + 10 })

    const { end } = wait({ looks: [{ state: 'unknown' }], jobManager: { checkpoints: async () => stats({ savepoint }) } })

    expect(await end).toEqual({ state: 'completed', location: LOCATION, isRecovered: true })
  })

  it('finds it on storage by the job id in its name, the newest one since the trigger', async () => {
    const at = (name: string, lastModifiedMs: number) => ({ [`savepoints/${name}/_metadata`]: { sizeBytes: 10, lastModifiedMs } })

    const { end } = wait({
      looks: [{ state: 'unknown' }],
      jobManager: { checkpoints: async () => null },
      storage: {
        ...at('savepoint-a1b2c3-000000000001', NOW_MS + 1000),
        ...at('savepoint-a1b2c3-00000000000f', NOW_MS - 60_000),
        ...at('savepoint-ffffff-000000000002', NOW_MS + 2000),
      },
    })

    expect(await end).toEqual({ state: 'completed', location: LOCATION, isRecovered: true })
  })

  it('looks in the directory that was asked for, in its spelling', async () => {
    const { end } = wait({
      looks: [{ state: 'unknown' }],
      jobManager: { checkpoints: async () => null },
      operation: { targetDirectory: 'abfss://flink@acct.dfs.core.windows.net/elsewhere' },
      storage: { 'elsewhere/savepoint-a1b2c3-000000000001/_metadata': { sizeBytes: 10, lastModifiedMs: NOW_MS } },
    })

    expect(await end).toEqual({
      state: 'completed',
      location: 'abfss://flink@acct.dfs.core.windows.net/elsewhere/savepoint-a1b2c3-000000000001',
      isRecovered: true,
    })
  })

  it.each<[string, Waited['storage']]>([
    ['nothing', {}],
    [
      'an older savepoint alone',
      { 'savepoints/savepoint-a1b2c3-00000000000f/_metadata': { sizeBytes: 10, lastModifiedMs: NOW_MS - 60_000 } },
    ],
    ['a _metadata of 0 bytes alone', { 'savepoints/savepoint-a1b2c3-000000000001/_metadata': { sizeBytes: 0, lastModifiedMs: NOW_MS } }],
  ])('says that it does not know when there is %s', async (_, storage = {}) => {
    await expect(wait({ looks: [{ state: 'unknown' }], jobManager: { checkpoints: async () => null }, storage }).end).rejects.toMatchObject(
      { code: 'OPERATION_UNKNOWN', exitCode: 9, message: expect.stringContaining(TRIGGER) },
    )
  })
})
