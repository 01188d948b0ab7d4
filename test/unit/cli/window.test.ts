import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FlinkopsError } from '../../../src/lib/errors.js'
import { uri } from '../../support/fake-ports.js'
import { idOf, manifestOf, type Process, running, startProcess, type World, world } from '../../support/fake-window.js'
import { resumeAll, stopAll } from '../../support/run-window.js'
import { encodeMetadata } from '../state/metadata/encoder.js'
import { snapshot } from '../state/metadata/samples.js'

const NAMES = ['orders', 'sales']
/** A `_metadata` that needs no other file. */
const EMPTY = encodeMetadata(snapshot({ checkpointId: 8 }))

let on: World
beforeEach(() => {
  on = world(NAMES)
})
afterEach(() => {
  process.exitCode = undefined
})

const start = () => startProcess(on)
const entry = (name: string) => manifestOf(on).jobs.find((job) => job.name === name)

describe('a window that is stopped', () => {
  it('gives up a window that is still open only when asked to', async () => {
    await stopAll(start())
    on.jobs.push({ jobId: idOf(9), name: 'late', state: 'RUNNING', restoredFrom: null })

    const joined = await stopAll(start())
    expect(joined.jobs.map((job) => job.name)).toEqual([...NAMES, 'late'])

    on.jobs.push({ jobId: idOf(8), name: 'later', state: 'RUNNING', restoredFrom: null })
    const fresh = await stopAll(start(), { isNewWindow: true })
    expect(fresh.jobs.map((job) => job.name)).toEqual(['later'])
    expect(fresh.manifest).not.toBe(joined.manifest)
    expect([...on.disk.values()].map((text) => JSON.parse(text).isClosed)).toEqual([true, false])
  })

  it('stops what was brought back, once more, in its old place', async () => {
    await stopAll(start())
    const [first] = manifestOf(on).jobs
    await resumeAll(start(), { only: ['orders'] })

    await stopAll(start())

    expect(entry('orders')?.jobId).not.toBe(first?.jobId)
    expect(manifestOf(on).jobs.map((job) => [job.name, job.state])).toEqual([
      ['orders', 'stopped'],
      ['sales', 'stopped'],
    ])
  })

  it('says of a job that was to be stopped and is gone that it has no savepoint: exit 3', async () => {
    const doomed = startProcess(on, { step: 4, when: 'after' })
    await Promise.race([stopAll(doomed), doomed.died])
    const planned = manifestOf(on).jobs.find((job) => job.state === 'planned')
    on.jobs = on.jobs.filter((job) => job.name !== planned?.name)

    const { jobs } = await stopAll(start())

    expect(jobs.find((job) => job.name === planned?.name)).toMatchObject({
      state: 'failed',
      error: 'it ended before it was asked to stop, so no savepoint of it was taken',
    })
    expect(process.exitCode).toBe(3)
  })

  it('is not found from a cluster that is named by hand: its jobs are others', async () => {
    await stopAll(start())
    const one = start()
    one.context.config.jobManagers.source = 'flag --jobmanager'
    on.jobs.push({ jobId: idOf(9), name: 'elsewhere', state: 'RUNNING', restoredFrom: null })

    expect((await stopAll(one)).jobs.map((job) => job.name)).toEqual(['elsewhere'])
  })

  it('says that nothing runs where nothing does, and leaves no manifest', async () => {
    on = world([])
    const one = start()

    expect(await stopAll(one)).toMatchObject({ outcome: 'done', manifest: null, jobs: [] })
    expect(one.said).toContain('No job is running: nothing to stop.')
    expect(on.disk.size).toBe(0)
  })
})

describe('a JobManager that forgets', () => {
  /** Stops are taken, and then neither they nor the jobs are known any more. */
  function forgetting(process: Process, savepoint: string | null): Process {
    const plain = process.context.jobManager
    process.context.jobManager = async () => ({
      ...(await plain()),
      triggerStop: async ({ jobId }) => {
        on.jobs = on.jobs.filter((job) => job.jobId !== jobId)
        if (savepoint !== null) on.storage.blobs.set(`savepoints/savepoint-${jobId.slice(0, 6)}-${savepoint}/_metadata`, { bytes: EMPTY })
      },
      checkpoints: async () => null,
    })
    return process
  }

  it('leaves the savepoint in storage, and it is found there and recorded', async () => {
    const { jobs } = await stopAll(forgetting(start(), '000000000001'), { only: ['sales'] })

    expect(jobs).toMatchObject([
      { name: 'sales', state: 'stopped', path: uri(`savepoints/savepoint-${idOf(2).slice(0, 6)}-000000000001`), verified: true },
    ])
    expect(entry('sales')?.error).toContain('had forgotten the stop')
    expect(process.exitCode).toBe(0)
  })

  it('without a savepoint leaves a job that is named as not stopped: exit 3', async () => {
    const { jobs } = await stopAll(forgetting(start(), null), { only: ['sales'] })

    expect(jobs).toMatchObject([{ name: 'sales', state: 'failed', path: null, error: expect.stringContaining('no savepoint') }])
    expect(process.exitCode).toBe(3)
  })
})

describe('a window that is brought back', () => {
  beforeEach(() => stopAll(start()))

  it('does not start a job that somebody has started from its path already', async () => {
    const path = entry('sales')?.path ?? null
    on.jobs.push({ jobId: idOf(7), name: 'sales', state: 'RUNNING', restoredFrom: path })
    const one = start()

    await resumeAll(one)

    expect(entry('sales')).toMatchObject({ state: 'running', resumedAs: idOf(7) })
    expect(running(on).filter((job) => job.name === 'sales')).toHaveLength(1)
    expect(one.said).toContain(`sales is there already as ${idOf(7)}: not started again`)
  })

  it('does not wait for a checkpoint that cannot come, and says so', async () => {
    const path = entry('sales')?.path ?? null
    on.jobs.push({ jobId: idOf(7), name: 'sales', state: 'RUNNING', restoredFrom: path, isWithoutCheckpoints: true })
    const one = start()

    expect(await resumeAll(one)).toMatchObject({ outcome: 'done' })
    expect(one.said).toContainEqual(
      expect.stringContaining(`sales runs and was restored from ${path}, but its periodic checkpoints are off`),
    )
  })

  it('objects to a job of the name that came from elsewhere, starts the others, and keeps the path: exit 3', async () => {
    on.jobs.push({ jobId: idOf(7), name: 'orders', state: 'RUNNING', restoredFrom: uri('savepoints/savepoint-elsewhere') })

    const { outcome, objections } = await resumeAll(start())

    expect({ outcome, exitCode: process.exitCode }).toEqual({ outcome: 'partial', exitCode: 3 })
    expect(objections).toMatchObject([{ jobName: 'orders', name: 'already-running', status: 'refuse', override: '--except orders' }])
    expect(entry('orders')).toMatchObject({ state: 'stopped', path: expect.stringContaining('savepoint-'), resumedAs: null })
    expect(entry('sales')).toMatchObject({ state: 'running' })
  })

  it('leaves alone what is excepted, and stays open for it', async () => {
    expect(await resumeAll(start(), { except: ['sales'] })).toMatchObject({ outcome: 'done' })
    expect(running(on).map((job) => job.name)).toEqual(['orders'])

    expect(await resumeAll(start())).toMatchObject({ outcome: 'done' })
    expect(running(on).map((job) => job.name)).toEqual(['orders', 'sales'])
  })

  it('names a restore that Flink refuses, goes on with the others, and takes a new job id the next time: exit 3', async () => {
    const one = start()
    const refused: string[] = []
    const launch = one.launch
    one.launch = async (job, jobId) => {
      if (job.name !== 'orders') return launch(job, jobId)
      refused.push(jobId)
      on.jobs.push({ jobId, name: 'orders', state: 'FAILED', restoredFrom: null })
      throw new FlinkopsError('Cannot map state.', {
        code: 'RESTORE_FAILED',
        exitCode: 9,
        suggestions: ['--allow-non-restored-state drops it.'],
      })
    }

    await resumeAll(one)
    expect(entry('orders')).toMatchObject({
      state: 'stopped',
      error: 'Cannot map state. --allow-non-restored-state drops it.',
      resumedAs: null,
    })
    expect(entry('sales')).toMatchObject({ state: 'running' })
    expect(process.exitCode).toBe(3)

    await resumeAll(start())
    expect(entry('orders')).toMatchObject({ state: 'running', error: null })
    expect(refused).not.toContain(entry('orders')?.resumedAs)
  })

  it('takes a bounded job that was through at once for what it is, and does not start it again', async () => {
    const one = start()
    const launch = one.launch
    one.launch = async (job, jobId) => {
      await launch(job, jobId)
      const run = on.jobs.find((other) => other.jobId === jobId)
      if (run) run.state = 'FINISHED'
      throw new FlinkopsError(`Job ${jobId} is FINISHED`, { code: 'RESTORE_FAILED', exitCode: 9 })
    }

    expect(await resumeAll(one)).toMatchObject({ outcome: 'done' })
    expect(on.jobs.filter((job) => job.restoredFrom !== null)).toHaveLength(2)
  })

  it('does not call it done when the cluster lost what was brought back before: exit 3', async () => {
    const one = start()
    const launch = one.launch
    one.launch = async (job, jobId) => {
      if (job.name === 'sales') on.jobs = []
      return launch(job, jobId)
    }

    await resumeAll(one)

    expect(entry('orders')).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('is gone since: flinkops resume orders --from latest'),
    })
    expect(process.exitCode).toBe(3)
  })

  it('says of a window that came to its end that nothing is left', async () => {
    await resumeAll(start())
    const one = start()

    expect(await resumeAll(one)).toMatchObject({ outcome: 'done' })
    expect(one.said[0]).toMatch(/^Nothing to bring back: the window of .* came to its end, all 2 jobs up\.$/)
    expect(running(on)).toHaveLength(2)
  })
})

describe('a job that could not be stopped', () => {
  it('is up already when the window is brought back', async () => {
    const one = start()
    const plain = one.context.jobManager
    one.context.jobManager = async () => ({
      ...(await plain()),
      operation: async () => ({ state: 'failed', cause: 'the sink is blocked', savepointPath: null }),
    })
    await stopAll(one)
    expect(process.exitCode).toBe(3)

    expect(await resumeAll(start())).toMatchObject({ outcome: 'done' })
    expect(manifestOf(on).jobs.map((job) => [job.state, job.resumedAs === job.jobId, job.error])).toEqual(
      NAMES.map(() => ['running', true, 'it was never stopped']),
    )
    expect(on.jobs).toHaveLength(2)
  })
})
