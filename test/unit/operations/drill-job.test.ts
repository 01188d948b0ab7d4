import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { type DrillInput, drillJob } from '../../../src/lib/operations/drill-job.js'
import type { CheckpointStats, JobManager, SqlScript } from '../../../src/lib/ports.js'
import type { DrillBegun, DrillJudged } from '../../../src/lib/ports-drill.js'
import { entry, type FakeBlob, fakeJobManager, fakeStorage, NOW_MS, stats, uri } from '../../support/fake-ports.js'
import { encodeMetadata } from '../state/metadata/encoder.js'
import { snapshot } from '../state/metadata/samples.js'

const SAVEPOINT = 'savepoints/savepoint-a1b2c3-0123456789ab'
const COMPLETE: FakeBlob = { bytes: encodeMetadata(snapshot({ checkpointId: 1 })) }

interface World {
  stored?: Record<string, FakeBlob>
  /** What the gateway says to each start; none: it takes it. */
  refusals?: (FlinkopsError | null)[]
  state?: string
  /** Of each start. */
  states?: string[]
  restoredFrom?: string
  checkpointBelow?: string
  records?: number
  keepsIds?: boolean
  remove?: DrillInput['remove']
  jobManager?: Partial<JobManager>
  dryRun?: boolean
}

/** A cluster on which the drill comes up, unless told otherwise. */
async function drill(world: World = {}) {
  const storage = fakeStorage(world.stored ?? { [`${SAVEPOINT}/_metadata`]: COMPLETE })
  const [scripts, begun, judged, cleared, cancelled]: [SqlScript[], DrillBegun[], DrillJudged[], string[], string[]] = [[], [], [], [], []]
  const refusals = [...(world.refusals ?? [])]
  const ended = new Set<string>()
  const order: string[] = []
  const looks = (jobId: string): CheckpointStats => {
    const path = `${world.checkpointBelow ?? `checkpoints/flinkops-drill/${jobId}`}/${jobId}/chk-2`
    storage.blobs.set(`${path}/_metadata`, COMPLETE)
    const restored = { id: 1, restoredAtMs: NOW_MS, externalPath: world.restoredFrom ?? uri(SAVEPOINT), isSavepoint: true }
    const seen = stats({ completed: entry({ id: 2, externalPath: uri(path) }), restored })
    return seen
  }
  const input: DrillInput = {
    jobName: 'sales',
    script: '/jobs/sales.sql',
    statements: [{ text: 'INSERT INTO out SELECT 1', line: 1, startsJob: true }],
    sinks: [{ name: 'out', connector: 'filesystem', keepsIds: world.keepsIds ?? false }],
    from: uri(SAVEPOINT),
    roots: [uri('checkpoints')],
    checkpointRoot: uri('checkpoints'),
    recordsWithinMs: 0,
    dryRun: world.dryRun ?? false,
    jobManager: fakeJobManager({
      version: async () => '2.3.0',
      jobs: async () => [],
      jobState: async (jobId) =>
        ended.has(jobId) ? 'CANCELED' : (world.states?.[begun.findIndex((one) => one.jobId === jobId)] ?? world.state ?? 'RUNNING'),
      job: async (jobId) => ({ jobId, name: 'drill of sales', state: 'RUNNING', startedAtMs: NOW_MS, endedAtMs: null, vertices: [] }),
      checkpoints: async (jobId) => looks(jobId),
      failureCause: async () => 'The new state serializer must not be incompatible',
      records: async () => ({ read: world.records ?? 7, written: 5 }),
      cancel: async (jobId) => {
        order.push('cancel')
        cancelled.push(jobId)
        ended.add(jobId)
      },
      ...world.jobManager,
    }),
    sqlGateway: async () => ({
      url: 'http://gateway',
      share: () => {
        throw new Error('one job shares nothing')
      },
      runScript: async (script) => {
        order.push('start')
        scripts.push(script)
        const refusal = refusals.shift()
        if (refusal) throw refusal
        return [script.jobId ?? '']
      },
    }),
    storage,
    drills: {
      begun: async (one) => {
        order.push('begun')
        begun.push(one)
      },
      judged: async (one) => void judged.push(one),
      cleared: async (jobId) => void cleared.push(jobId),
      open: async () => [],
    },
    remove:
      world.remove ??
      (async () => {
        order.push('remove')
        return 3
      }),
    now: () => NOW_MS,
    signal: new AbortController().signal,
    onStarted: () => undefined,
    onSay: () => undefined,
    onProgress: () => undefined,
  }
  const result = await drillJob(input).catch((error: unknown) => error)
  return { result, scripts, begun, judged, cleared, cancelled, order }
}

const refused = (message: string) =>
  new FlinkopsError(`The statement at line 4 failed: ${message}`, { code: 'SQL_FAILED', exitCode: EXIT.failedOnCluster })
const CANNOT_MAP = `Cannot map checkpoint/savepoint state for operator ${'0a'.repeat(16)} to the new program. If you want to allow to skip this, you can`

describe('a drill', () => {
  it('is written down, started apart from the job, proven, cancelled, emptied, and written down again', async () => {
    const { result, scripts, begun, judged, cleared, order } = await drill()
    const [first] = begun
    expect(order).toEqual(['begun', 'start', 'cancel', 'remove'])
    expect(scripts).toEqual([
      expect.objectContaining({
        jobId: first?.jobId,
        restore: { path: uri(SAVEPOINT), claimMode: 'NO_CLAIM', allowNonRestoredState: false },
        isolation: {
          name: 'drill of sales',
          checkpointDirectory: uri(`checkpoints/flinkops-drill/${first?.jobId}`),
          checkpointIntervalMs: 5000,
        },
      }),
    ])
    expect(result).toMatchObject({
      verdict: 'proven',
      verified: true,
      jobId: first?.jobId,
      claimMode: 'NO_CLAIM',
      cleared: { removedBlobs: 3, problem: null },
    })
    expect(judged).toMatchObject([
      { jobId: first?.jobId, verdict: 'proven', proof: { restoredCheckpointId: 1, checkpointId: 2, recordsRead: 7, recordsWritten: 5 } },
    ])
    expect(cleared).toEqual([first?.jobId])
  })

  it('starts nothing in a dry run', async () => {
    expect(await drill({ dryRun: true })).toMatchObject({ result: { verdict: 'planned', jobId: null }, order: [], judged: [] })
  })

  it('of a snapshot that is not whole starts nothing: not restorable', async () => {
    const world = { stored: { [`${SAVEPOINT}/_metadata`]: { bytes: new Uint8Array(9) } } }
    expect(await drill(world)).toMatchObject({
      result: { verdict: 'not-restorable', jobId: null },
      order: [],
      judged: [{ jobId: null, verdict: 'not-restorable' }],
    })
  })

  it.each([
    ['the state does not fit', { state: 'FAILED' }, 'not-restorable', 'must not be incompatible'],
    [
      'a source is away',
      { state: 'FAILED', jobManager: { failureCause: async () => 'Connection refused' } },
      'not-proven',
      'Connection refused',
    ],
    ['it came to its end', { state: 'FINISHED' }, 'not-proven', 'it came to its end before'],
    ['it was restored from elsewhere', { restoredFrom: uri('savepoints/other') }, 'not-proven', 'it was restored from wasbs'],
    ['no record came', { records: 0 }, 'not-proven', 'no record came out of its sources'],
    ['it writes elsewhere', { checkpointBelow: 'checkpoints' }, 'not-proven', 'was to write its checkpoints to'],
    [
      'Flink has no place for state, and the sinks are not why',
      { refusals: [refused(CANNOT_MAP)], state: 'FAILED', keepsIds: true },
      'not-restorable',
      'Cannot map',
    ],
  ] satisfies [string, World, string, string][])('is %s: %s', async (_, world, verdict, reason) => {
    const { result, order } = await drill(world)
    expect(result).toMatchObject({ verdict, verified: false, reason: expect.stringContaining(reason) })
    expect(order.at(-1)).toBe('remove')
  })

  it('tries once more without the state that has no place, where a sink may be why', async () => {
    const { result, scripts } = await drill({ refusals: [refused(CANNOT_MAP)], states: ['FAILED', 'RUNNING'] })
    expect(scripts.map((one) => one.restore?.allowNonRestoredState)).toEqual([false, true])
    expect(new Set(scripts.map((one) => one.jobId)).size).toBe(2)
    expect(result).toMatchObject({ verdict: 'proven', leftOut: [] })
  })

  it('that could not be carried out is no verdict on the snapshot, and leaves nothing', async () => {
    const { result, judged, order } = await drill({ refusals: [refused('no such connector')], jobManager: { jobState: async () => null } })
    expect(result).toMatchObject({ code: 'SQL_FAILED', exitCode: 9, message: expect.stringContaining('nothing of it is left') })
    expect(judged).toMatchObject([{ verdict: 'failed' }])
    expect(order).toContain('remove')
  })

  it('that leaves traces says so, and stays open for the next one', async () => {
    const remove = () => Promise.reject(new FlinkopsError('Traces of the drill are left: no right.', { code: 'X', exitCode: EXIT.partly }))
    const { result, cleared } = await drill({ remove })
    expect(result).toMatchObject({ verdict: 'proven', cleared: { problem: 'Traces of the drill are left: no right' } })
    expect(cleared).toEqual([])
  })
})
