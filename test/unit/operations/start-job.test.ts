import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import type { Program } from '../../../src/lib/operations/program.js'
import { startJob } from '../../../src/lib/operations/start-job.js'
import type { CheckpointStats, JobManager, Journal, SqlScript } from '../../../src/lib/ports.js'
import { entry, type FakeBlob, fakeJobManager, fakeStorage, JOB, NOW_MS, stats, uri } from '../../support/fake-ports.js'
import { program, startsInMemory } from '../../support/programs.js'
import { encodeMetadata } from '../state/metadata/encoder.js'
import { snapshot } from '../state/metadata/samples.js'

const OWN = `checkpoints/${JOB}/chk-1`
const COMPLETE: FakeBlob = { bytes: encodeMetadata(snapshot({ checkpointId: 1 })) }
const DONE = stats({ completed: entry({ id: 1, externalPath: uri(OWN) }) })

interface World {
  program?: Program
  states?: string[]
  looks?: CheckpointStats[]
  intervalMs?: number | null
  stored?: Record<string, FakeBlob>
  jobManager?: Partial<JobManager>
  waitFor?: 'running' | 'checkpoint'
  dryRun?: boolean
  signal?: AbortSignal
}

async function start(world: World) {
  const { states = ['RUNNING'], looks = [DONE], stored = { [`${OWN}/_metadata`]: COMPLETE }, intervalMs = 2000 } = world
  const left = { states: [...states], looks: [...looks] }
  const next = <T>(from: T[]): T | undefined => (from.length > 1 ? from.shift() : from[0])
  const scripts: SqlScript[] = []
  const starts = startsInMemory()
  const names: [string, string][] = []
  const result = await startJob({
    program: world.program ?? program('sales'),
    waitFor: world.waitFor ?? 'checkpoint',
    dryRun: world.dryRun ?? false,
    storage: async () => fakeStorage(stored),
    journal: { rememberName: async (jobId: string, name: string) => void names.push([jobId, name]) } as Partial<Journal> as Journal,
    starts,
    jobManager: fakeJobManager({
      version: async () => '2.3.0',
      jobState: async () => next(left.states) ?? null,
      checkpoints: async () => next(left.looks) ?? null,
      checkpointConfig: async () => ({ intervalMs }) as Awaited<ReturnType<JobManager['checkpointConfig']>>,
      job: async (jobId) => ({ jobId, name: 'sales', state: 'RUNNING', startedAtMs: NOW_MS, endedAtMs: null, vertices: [] }),
      failureCause: async () => 'no such connector',
      ...world.jobManager,
    }),
    sqlGateway: async () => ({
      url: 'http://gateway',
      share: () => {
        throw new Error('one job shares nothing')
      },
      runScript: async (script) => {
        scripts.push(script)
        await script.onStarted?.(JOB)
        return [JOB]
      },
    }),
    signal: world.signal ?? new AbortController().signal,
    now: () => NOW_MS,
    onStarted: () => undefined,
    onProgress: () => undefined,
  }).catch((error: unknown) => error)
  return { result, scripts, starts: starts.jobs, names }
}

describe('starting with empty state', () => {
  it('ends when the first checkpoint is readable; gives no restore path, chooses the job id, writes down how', async () => {
    const { result, scripts, starts, names } = await start({ states: ['INITIALIZING', 'RUNNING'], looks: [stats(), DONE] })
    expect(result).toEqual({
      jobId: JOB,
      jobName: 'sales',
      state: 'RUNNING',
      restoredFrom: null,
      claimMode: null,
      restoredCheckpointId: null,
      verified: true,
    })
    expect(scripts).toEqual([expect.objectContaining({ jobId: expect.stringMatching(/^[0-9a-f]{32}$/) })])
    expect(scripts[0]).not.toHaveProperty('restore')
    expect(starts).toEqual([expect.objectContaining({ jobId: JOB, name: 'sales', path: '/jobs/shop.sql', restoredFrom: null })])
    expect(names).toEqual([[JOB, 'sales']])
  })

  it('writes down the name that only the cluster knew', async () => {
    const { starts } = await start({ program: program(null) })
    expect(starts.map((job) => job.name)).toEqual([null, 'sales'])
  })

  it.each([
    ['is not waited for further', { waitFor: 'running' as const, looks: [stats()] }, 'RUNNING'],
    ['has no periodic checkpoints', { intervalMs: null, looks: [stats()] }, 'RUNNING'],
    ['has finished already', { states: ['FINISHED'], looks: [stats()] }, 'FINISHED'],
  ])('claims no checkpoint of a job that %s', async (_, world, state) => {
    expect((await start(world)).result).toMatchObject({ jobId: JOB, state, verified: false })
  })

  it.each([
    ['the job fails', { states: ['FAILED'] }, `Job ${JOB} is FAILED: no such connector`],
    ['its first checkpoint could not be restored', { stored: {} }, 'cannot be relied upon'],
    [
      'it was restored from something',
      { looks: [stats({ restored: { id: 1, restoredAtMs: 0, externalPath: uri('savepoints/x'), isSavepoint: true } })] },
      `it was restored from ${uri('savepoints/x')}`,
    ],
  ])('fails when %s: exit 9', async (_, world, message) => {
    expect((await start(world)).result).toMatchObject({ code: 'START_FAILED', exitCode: 9, message: expect.stringContaining(message) })
  })

  it('refuses a script that itself restores from a snapshot', async () => {
    const { result, scripts } = await start({ program: program('sales', { restoresFrom: uri('savepoints/x') }) })
    expect(result).toMatchObject({
      exitCode: 2,
      suggestions: [expect.stringContaining(`flinkops resume sales --from ${uri('savepoints/x')}`)],
    })
    expect(scripts).toEqual([])
  })

  it('starts nothing in a dry run', async () => {
    const { result, scripts } = await start({ dryRun: true })
    expect(result).toMatchObject({ jobId: null, jobName: 'sales', verified: false })
    expect(scripts).toEqual([])
  })

  it('says after Ctrl-C that the job was started', async () => {
    const abort = new AbortController()
    const interrupt = () => abort.abort(new FlinkopsError('Interrupted.', { code: 'INTERRUPTED', exitCode: EXIT.interrupted }))
    const jobManager = {
      jobState: async () => {
        interrupt()
        return 'CREATED'
      },
    }
    expect((await start({ jobManager, signal: abort.signal })).result).toMatchObject({
      exitCode: 130,
      message: `Interrupted. Job ${JOB} was started; whether it checkpoints is not proven yet.`,
    })
  })
})
