import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { awaitRestore, type RestoreProgress } from '../../../src/lib/operations/await-restore.js'
import type { CheckpointStats, JobManager, RestoredCheckpoint } from '../../../src/lib/ports.js'
import {
  ACCOUNT,
  CONTAINER,
  checkpointConfig,
  entry,
  type FakeBlob,
  fakeJobManager,
  fakeStorage,
  JOB,
  NOW_MS,
  stats,
  uri,
} from '../../support/fake-ports.js'
import { encodeMetadata } from '../state/metadata/encoder.js'
import { snapshot } from '../state/metadata/samples.js'

const FROM = 'savepoints/savepoint-99aa88-000000000001'
const OWN = `checkpoints/${JOB}/chk-8`
const COMPLETE: FakeBlob = { bytes: encodeMetadata(snapshot({ checkpointId: 8 })) }
const DONE = entry({ id: 8, externalPath: uri(OWN) })

function restored(externalPath: string | null): RestoredCheckpoint {
  return { id: 7, restoredAtMs: NOW_MS, externalPath, isSavepoint: true }
}

interface Waited {
  /** Statistics, one a look; the last stays. */
  looks?: (CheckpointStats | null)[]
  states?: string[]
  waitFor?: 'restored' | 'checkpoint'
  storage?: Record<string, FakeBlob>
  jobManager?: Partial<JobManager>
  signal?: AbortSignal
}

function wait({ looks = [null], states = ['RUNNING'], waitFor = 'checkpoint', storage = {}, jobManager = {}, signal }: Waited) {
  const progress: RestoreProgress[] = []
  const leftLooks = [...looks]
  const leftStates = [...states]
  const next = <T>(left: T[]): T | undefined => (left.length > 1 ? left.shift() : left[0])
  const proof = awaitRestore({
    jobId: JOB,
    snapshot: { path: uri(FROM), location: { account: ACCOUNT, container: CONTAINER, name: FROM } },
    waitFor,
    jobManager: fakeJobManager({
      jobState: async () => next(leftStates) ?? null,
      checkpoints: async () => next(leftLooks) ?? null,
      job: async () => ({ jobId: JOB, name: 'sales_pipeline', state: 'RUNNING', startedAtMs: NOW_MS, endedAtMs: null, vertices: [] }),
      failureCause: async () => 'no such file',
      checkpointConfig: async () => checkpointConfig(10_000),
      ...jobManager,
    }),
    storage: fakeStorage(storage),
    signal: signal ?? new AbortController().signal,
    now: () => NOW_MS,
    pollMs: 5,
    onProgress: (one) => progress.push(one),
  })
  return { proof, progress }
}

describe('awaitRestore', () => {
  it('is proven by the path given and a first checkpoint that is readable', async () => {
    const { proof, progress } = wait({
      states: ['INITIALIZING', 'RUNNING'],
      looks: [null, stats(), stats({ restored: restored(uri(FROM)) }), stats({ restored: restored(uri(FROM)), completed: DONE })],
      storage: { [`${OWN}/_metadata`]: COMPLETE },
    })

    expect(await proof).toEqual({ jobName: 'sales_pipeline', state: 'RUNNING', restoredCheckpointId: 7, checkpoint: 'read' })
    expect(progress.map((one) => one.waitingFor)).toEqual(['running', 'restored', 'checkpoint'])
  })

  it('ends earlier under --wait restored', async () => {
    const { proof } = wait({ waitFor: 'restored', looks: [stats({ restored: restored(uri(FROM)) })] })

    expect(await proof).toMatchObject({ restoredCheckpointId: 7, checkpoint: 'not waited for' })
  })

  it('does not wait for a checkpoint of a job whose periodic checkpoints are off', async () => {
    const { proof } = wait({
      looks: [stats({ restored: restored(uri(FROM)) })],
      jobManager: { checkpointConfig: async () => checkpointConfig(null) },
    })

    expect(await proof).toMatchObject({ restoredCheckpointId: 7, checkpoint: 'none will come' })
  })

  it('is not proven when the job runs and the cluster knows no checkpoints of it, and does not wait for ever', async () => {
    const { proof } = wait({ looks: [null] })

    await expect(proof).rejects.toMatchObject({
      code: 'RESTORE_NOT_PROVEN',
      message: expect.stringContaining('knows no checkpoints of it'),
    })
  })

  it.each([
    ['the same path in another spelling', `abfss://${CONTAINER}@acct.dfs.core.windows.net/${FROM}`],
    ['its _metadata', `${uri(FROM)}/_metadata`],
    ['a checkpoint of its own, after a failover in the job', uri(OWN)],
  ])('takes for the same %s', async (_, path) => {
    const { proof } = wait({ waitFor: 'restored', looks: [stats({ restored: restored(path) })] })

    expect(await proof).toMatchObject({ restoredCheckpointId: 7 })
  })

  it('is not proven by another path', async () => {
    const { proof } = wait({ looks: [stats({ restored: restored(uri('savepoints/savepoint-99aa88-0000000000ff')) })] })

    await expect(proof).rejects.toMatchObject({
      code: 'RESTORE_NOT_PROVEN',
      exitCode: 9,
      message: expect.stringContaining(`restored from ${uri('savepoints/savepoint-99aa88-0000000000ff')}`),
    })
  })

  it('is not proven when the job checkpoints and was restored from nothing: it began empty', async () => {
    const { proof } = wait({ looks: [stats(), stats({ completed: DONE })] })

    await expect(proof).rejects.toMatchObject({ code: 'RESTORE_NOT_PROVEN', message: expect.stringContaining('EMPTY STATE') })
  })

  it('is not proven by a first checkpoint that could not be restored', async () => {
    const { proof } = wait({ looks: [stats({ restored: restored(uri(FROM)), completed: DONE })] })

    await expect(proof).rejects.toMatchObject({
      code: 'RESTORE_NOT_PROVEN',
      message: expect.stringContaining(`its checkpoint ${uri(OWN)} could not be restored: there is no ${OWN}/_metadata`),
    })
  })

  it('is proven by the next checkpoint when the first was subsumed while it was looked at', async () => {
    const later = entry({ id: 9, externalPath: uri(`checkpoints/${JOB}/chk-9`) })
    const { proof } = wait({
      looks: [stats({ restored: restored(uri(FROM)), completed: DONE }), stats({ restored: restored(uri(FROM)), completed: later })],
      storage: { [`checkpoints/${JOB}/chk-9/_metadata`]: COMPLETE },
    })

    expect(await proof).toMatchObject({ restoredCheckpointId: 7 })
  })

  it('is hopeless when the changelog backend cannot take the full checkpoint that NO_CLAIM needs', async () => {
    const failed = entry({ status: 'FAILED', failureMessage: 'ChangelogKeyedStateBackend does not support enforcing a full snapshot' })
    const { proof } = wait({ looks: [stats({ restored: restored(uri(FROM)), failed }, [failed])] })

    await expect(proof).rejects.toMatchObject({
      code: 'RESTORE_NOT_PROVEN',
      message: expect.stringContaining('no checkpoint of it will ever complete'),
      suggestions: expect.arrayContaining(['--claim-mode claim takes over the old snapshot instead']),
    })
  })

  it('counts failed checkpoints while it waits', async () => {
    const failed = entry({ status: 'FAILED', failureMessage: 'expired before completing' })
    const { proof, progress } = wait({
      looks: [stats({ restored: restored(uri(FROM)), failed }), stats({ restored: restored(uri(FROM)), completed: DONE })],
      storage: { [`${OWN}/_metadata`]: COMPLETE },
    })

    await proof
    expect(progress).toEqual([{ elapsedMs: 0, state: 'RUNNING', waitingFor: 'checkpoint', failedCheckpoints: 1 }])
  })

  it("ends with Flink's cause when the job fails", async () => {
    const { proof } = wait({ states: ['INITIALIZING', 'FAILED'] })

    await expect(proof).rejects.toMatchObject({
      code: 'RESTORE_FAILED',
      exitCode: 9,
      message: `Job ${JOB} is FAILED: no such file`,
      suggestions: ['The snapshot is untouched.'],
    })
  })

  it('names the way to drop state when the program has lost an operator', async () => {
    const cause = 'Cannot map checkpoint/savepoint state for operator cbc3 to the new program'
    const { proof } = wait({ states: ['FAILED'], jobManager: { failureCause: async () => cause } })

    await expect(proof).rejects.toMatchObject({ suggestions: [expect.stringContaining('--allow-non-restored-state')] })
  })

  it('says after Ctrl-C that the job was started and is not proven', async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(new FlinkopsError('Interrupted.', { code: 'INTERRUPTED', exitCode: EXIT.interrupted })), 50)
    const { proof } = wait({ signal: abort.signal })

    await expect(proof).rejects.toMatchObject({
      exitCode: 130,
      message: `Interrupted. Job ${JOB} was started from ${uri(FROM)}; whether it was restored is not proven yet.`,
      suggestions: ['Do not start it again before looking: flinkops list-jobs'],
    })
  })
})
