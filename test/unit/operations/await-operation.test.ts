import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { type AwaitProgress, awaitOperation, type Endurance } from '../../../src/lib/operations/await-operation.js'
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
  endurance?: Partial<Endurance>
  /** A step of the clock with each look at it. */
  tickMs?: number
}

function wait(waited: Waited) {
  const { looks, jobManager = {}, storage = {}, operation = {}, defaultTarget = uri('savepoints'), signal, endurance, tickMs = 0 } = waited
  const progress: AwaitProgress[] = []
  const troubles: string[] = []
  let ticks = 0
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
    now: () => NOW_MS + 1500 + ticks++ * tickMs,
    onProgress: (one) => progress.push(one),
    onTrouble: ({ message }) => troubles.push(message),
    endurance: { longestMs: Number.POSITIVE_INFINITY, goneMs: 10_000, isAttached: false, pauseMs: 0, ...endurance },
  })
  return { end, progress, troubles }
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

  it('says of a JobManager that is away for too long how to re-attach, and keeps its exit code', async () => {
    const { end } = wait({ looks: [{ state: 'inProgress' }, unreachable()], tickMs: 1000, endurance: { longestMs: 5000 } })

    await expect(end).rejects.toMatchObject({
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

/** Answers that people met while a savepoint or a stop was under way, none of them a word on it. */
const NO_WORDS: [string, FlinkopsError][] = [
  ['500, its leader changes (FencingTokenException)', answered(EXIT.failedOnCluster, 500)],
  ['500, its Dispatcher collects garbage (AskTimeoutException)', answered(EXIT.failedOnCluster, 500)],
  ['502 of a proxy', answered(EXIT.unreachable, 502)],
  ['503 without a leader', answered(EXIT.unreachable, 503)],
  ['429 of an ingress', answered(EXIT.failedOnCluster, 429)],
  ['401, its token has run out', answered(EXIT.notAuthorised, 401)],
  ['403 of a proxy', answered(EXIT.notAuthorised, 403)],
  ['404 of an ingress without a backend', answered(EXIT.unreachable, 404)],
  ['HTML of a login page', answered(EXIT.unreachable, 200)],
  ['a redirect to a login', answered(EXIT.unreachable, 302)],
  ['a connection that breaks off', unreachable()],
  ['JSON that is not of Flink', new FlinkopsError('No state.', { code: 'UNEXPECTED_ANSWER', exitCode: EXIT.failedOnCluster })],
]

function answered(exitCode: FlinkopsError['exitCode'], status: number): FlinkopsError {
  return new FlinkopsError(`HTTP ${status}.`, { code: 'X', exitCode, status, suggestions: ['Do something else.'] })
}

describe('awaitOperation, when what is answered is no word on the operation', () => {
  const completed = { state: 'completed', location: LOCATION } as const

  it.each(NO_WORDS)('waits through %s, and says it once', async (_, error) => {
    const { end, troubles } = wait({ looks: [{ state: 'inProgress' }, error, error, { state: 'inProgress' }, error, completed] })

    expect(await end).toEqual(completed)
    expect(troubles).toEqual([error.message])
  })

  it.each(NO_WORDS)('says at the end of a wait full of %s that nothing is known, and how to re-attach', async (_, error) => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(new FlinkopsError('Gave up.', { code: 'TIMEOUT', exitCode: EXIT.stillRunning })), 30)

    await expect(wait({ looks: [error], signal: abort.signal }).end).rejects.toMatchObject({
      message: `Gave up. Whether the savepoint goes on is not known: ${error.message}`,
      exitCode: 8,
      suggestions: [`Go on waiting for it: flinkops savepoint --attach ${TRIGGER}`],
    })
  })

  it.each(NO_WORDS)('waits on while the statistics, which are only shown, answer %s', async (_, error) => {
    const { end, progress, troubles } = wait({
      looks: [{ state: 'inProgress' }, completed],
      jobManager: { checkpoints: () => Promise.reject(error) },
    })

    expect(await end).toEqual(completed)
    expect(progress).toEqual([{ elapsedMs: 1500, acknowledged: null, subtasks: null, bytes: null }])
    expect(troubles).toEqual([])
  })

  it.each(NO_WORDS)('waits through %s of the statistics, too, when the trigger id is forgotten', async (_, error) => {
    let asked = 0
    const savepoint = entry({ isSavepoint: true, externalPath: LOCATION, triggeredAtMs: NOW_MS + 10 })
    const checkpoints = async () => {
      if (asked++ === 0) throw error
      return stats({ savepoint })
    }

    expect(await wait({ looks: [{ state: 'unknown' }], jobManager: { checkpoints } }).end).toMatchObject({
      location: LOCATION,
      isRecovered: true,
    })
  })

  it('tells at once that it is not let in where it never was: exit 4, with what to do and the way back', async () => {
    const { end } = wait({ looks: [answered(EXIT.notAuthorised, 401)], endurance: { isAttached: true } })

    await expect(end).rejects.toMatchObject({
      exitCode: 4,
      suggestions: ['Do something else.', `Go on waiting for it: flinkops savepoint --attach ${TRIGGER}`],
    })
  })
})

describe('awaitOperation, when no JobManager answers any more', () => {
  const at = (name: string, lastModifiedMs = NOW_MS + 1000) => ({ [`savepoints/${name}/_metadata`]: { sizeBytes: 10, lastModifiedMs } })
  const gone = {
    looks: [{ state: 'inProgress' }, unreachable()] as Waited['looks'],
    tickMs: 1000,
    endurance: { longestMs: 60_000, goneMs: 5000 },
  }
  const APPLICATION = '0'.repeat(32)

  it('finds the savepoint on storage', async () => {
    expect(await wait({ ...gone, storage: at('savepoint-a1b2c3-000000000001') }).end).toEqual({ ...RECOVERED, location: LOCATION })
  })

  it('says of a stop that nobody has seen the job go', async () => {
    const { end } = wait({ ...gone, operation: { kind: 'stop' }, storage: at('savepoint-a1b2c3-000000000001') })

    expect(await end).toEqual({ ...RECOVERED, location: LOCATION, isUnseen: true })
  })

  it('does not look there before it has been away for long: a leader is elected anew in less', async () => {
    const { end } = wait({
      ...gone,
      looks: [unreachable(), unreachable(), { state: 'completed', location: uri('savepoints/other') }],
      storage: at('savepoint-a1b2c3-000000000001'),
    })

    expect(await end).toEqual({ state: 'completed', location: uri('savepoints/other') })
  })

  it.each<[string, Waited['storage']]>([
    ['nothing', {}],
    ['an older savepoint alone', at('savepoint-a1b2c3-000000000001', NOW_MS - 60_000)],
    ["another job's savepoint alone", at('savepoint-ffffff-000000000001')],
  ])('waits on where storage has %s, and ends with the way to re-attach', async (_, storage = {}) => {
    await expect(wait({ ...gone, storage }).end).rejects.toMatchObject({ exitCode: 7, suggestions: [expect.stringContaining(TRIGGER)] })
  })

  it('does not choose among savepoints of an id that application clusters share', async () => {
    const storage = { ...at('savepoint-000000-000000000001'), ...at('savepoint-000000-000000000002') }

    await expect(wait({ ...gone, operation: { jobId: APPLICATION }, storage }).end).rejects.toMatchObject({
      code: 'SAVEPOINT_AMBIGUOUS',
      exitCode: 9,
      message: expect.stringContaining('savepoint-000000-000000000002'),
    })
  })
})

describe('awaitOperation, of a stop that the JobManager took with it', () => {
  it.each(['RUNNING', 'RESTARTING', 'INITIALIZING'])(
    'says that the job is up where it is %s, whatever savepoint of it was written since',
    async (state) => {
      const savepoint = entry({ isSavepoint: true, externalPath: LOCATION, triggeredAtMs: NOW_MS + 10, type: 'SYNC_SAVEPOINT' })
      const jobManager = { jobState: async () => state, checkpoints: async () => stats({ savepoint }) }

      await expect(wait({ looks: [{ state: 'unknown' }], operation: { kind: 'stop' }, jobManager }).end).rejects.toMatchObject({
        code: 'STOP_LOST',
        exitCode: 9,
        message: expect.stringContaining(`up (${state}): it was not stopped`),
      })
    },
  )
})

const RECOVERED = { state: 'completed', isRecovered: true } as const
