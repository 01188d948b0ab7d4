import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import type { JobManager } from '../../../src/lib/ports.js'
import { uri } from '../../support/fake-ports.js'
import { idOf, manifestOf, type Process, running, startProcess, type World, world } from '../../support/fake-window.js'
import { resumeAll, stopAll } from '../../support/run-window.js'

let on: World
beforeEach(() => {
  on = world(['sales'])
})
afterEach(() => {
  process.exitCode = undefined
})

const entry = () => manifestOf(on).jobs.find((job) => job.name === 'sales')
const fencing = () => new FlinkopsError('Fencing token not set.', { code: 'JOBMANAGER_ERROR', exitCode: EXIT.failedOnCluster, status: 500 })

/** A run of the command line at a JobManager that answers some things otherwise. */
function at(other: (plain: JobManager) => Partial<JobManager>): Process {
  const one = startProcess(on)
  const { jobManager } = one.context
  one.context.jobManager = async () => {
    const plain = await jobManager()
    return { ...plain, ...other(plain) }
  }
  return one
}

/** Ended by `--timeout` as soon as the first look has got no word of Flink. */
function timedOut(parts: (plain: JobManager) => Partial<JobManager> = () => ({})): Process {
  const abort = new AbortController()
  const one = at((plain) => ({
    operation: () => {
      setTimeout(() => abort.abort(new FlinkopsError('Gave up.', { code: 'TIMEOUT', exitCode: EXIT.stillRunning })))
      return Promise.reject(fencing())
    },
    ...parts(plain),
  }))
  one.context.signal = abort.signal
  return one
}

describe('a window whose wait for a stop ends without a verdict of Flink', () => {
  it('keeps the stop under its trigger id, which the next run asks for, and no other', async () => {
    await stopAll(timedOut())
    expect(entry()).toMatchObject({ state: 'stopping', triggerId: expect.stringMatching(/^[0-9a-f]{32}$/) })
    expect(process.exitCode).toBe(8)
    const { triggerId } = entry() ?? {}

    const asked: string[] = []
    await stopAll(
      at((plain) => ({
        operation: (jobId, id, signal) => {
          asked.push(id)
          return plain.operation(jobId, id, signal)
        },
      })),
    )

    expect(new Set(asked)).toEqual(new Set([triggerId]))
    expect(entry()).toMatchObject({ state: 'stopped', verified: true, path: expect.stringContaining('savepoint-') })
    expect(on.operations.size).toBe(1)
    expect(process.exitCode).toBe(0)
  })

  it('is brought back from the savepoint of that stop by resume --all', async () => {
    await stopAll(timedOut())

    expect(await resumeAll(startProcess(on))).toMatchObject({ outcome: 'done' })
    expect(running(on)).toMatchObject([{ name: 'sales', restoredFrom: entry()?.path }])
    expect(on.operations.size).toBe(1)
  })

  it('never says of it that it is down, or without a savepoint, while resume --all gets no word either', async () => {
    await stopAll(timedOut())
    const one = timedOut()

    await resumeAll(one)

    expect(entry()).toMatchObject({ state: 'stopping' })
    expect(one.said.join('\n')).toContain('Still being stopped: sales')
    expect(one.said.join('\n')).not.toMatch(/\bDown\b|DOWN|not stopped/)
  })

  it('says once that it waits through what is no word', async () => {
    let looks = 0
    const one = at((plain) => ({ operation: (...query) => (looks++ < 2 ? Promise.reject(fencing()) : plain.operation(...query)) }))

    await stopAll(one)

    expect(one.said.filter((line) => line.includes('That is no word on the stop of sales'))).toHaveLength(1)
    expect(entry()).toMatchObject({ state: 'stopped', verified: true })
  })
})

describe('a stop that the JobManager took with it while its leader changed', () => {
  it('is asked for again under the same id, since the job is up', async () => {
    let posts = 0
    const ids = new Set<string>()
    const one = at((plain) => ({
      triggerStop: async (request, signal) => {
        ids.add(request.triggerId)
        if (posts++ > 0) await plain.triggerStop(request, signal)
      },
    }))

    await stopAll(one)

    expect({ posts, ids: ids.size }).toEqual({ posts: 2, ids: 1 })
    expect(entry()).toMatchObject({ state: 'stopped', verified: true })
    expect(running(on)).toEqual([])
  })

  it('leaves the job up for resume --all, which asks for no stop', async () => {
    await stopAll(timedOut(() => ({ triggerStop: async () => undefined })))

    await resumeAll(startProcess(on))

    expect(entry()).toMatchObject({ state: 'running', resumedAs: idOf(1), error: 'it was never stopped' })
    expect(on.operations.size).toBe(0)
  })
})

describe('a stop that is refused', () => {
  it.each([404, 405, 413, 401])('with %d ends at once: the job is up, and the next run asks anew', async (status) => {
    const refused = new FlinkopsError('Not here.', { code: 'UNREACHABLE', exitCode: EXIT.unreachable, status })
    await stopAll(at(() => ({ triggerStop: () => Promise.reject(refused) })))

    expect(entry()).toMatchObject({ state: 'failed', error: 'the stop was not taken: Not here.' })
    expect(running(on)).toHaveLength(1)

    await stopAll(startProcess(on))
    expect(entry()).toMatchObject({ state: 'stopped', verified: true })
  })
})

describe('a job whose stop is said to have failed, and that is down all the same', () => {
  it('is brought back from the savepoint that the other stop wrote', async () => {
    const path = `savepoints/savepoint-${idOf(1).slice(0, 6)}-000000000001`
    const one = at(() => ({
      operation: async () => ({ state: 'failed', cause: 'Checkpoint Coordinator is suspending.', savepointPath: null }),
    }))
    await stopAll(one)
    expect(entry()).toMatchObject({ state: 'failed' })
    const { bytes } = await savepointOf()
    on.jobs = on.jobs.map((job) => ({ ...job, state: 'FINISHED' }))
    on.storage.blobs.set(`${path}/_metadata`, { bytes })
    on.storage.blobs.set(`${path}/11111111-1111-4111-8111-111111111111`, { sizeBytes: 64 })

    await resumeAll(startProcess(on))

    expect(running(on)).toMatchObject([{ name: 'sales', restoredFrom: uri(path) }])
  })

  async function savepointOf(): Promise<{ bytes: Uint8Array }> {
    const elsewhere = world(['other'])
    await stopAll(startProcess(elsewhere))
    const blob = [...elsewhere.storage.blobs].find(([name]) => name.endsWith('_metadata'))?.[1]
    if (blob?.bytes === undefined) throw new Error('no savepoint')
    return { bytes: blob.bytes }
  }
})
