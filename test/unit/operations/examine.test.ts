import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { examine } from '../../../src/lib/operations/examine.js'
import type { JobManager } from '../../../src/lib/ports.js'
import type { ContainerTrial } from '../../../src/lib/ports-probe.js'
import { ALLOWED, CONFIG, container, rootsBelow, WASB } from '../../support/fake-facts.js'
import { ACCOUNT, CONTAINER, fakeJobManager, fakeStorage, JOB, NOW_MS, overview, stats } from '../../support/fake-ports.js'

const gone = () => Promise.reject(new FlinkopsError('It does not answer', { code: 'UNREACHABLE', exitCode: EXIT.unreachable }))
const { trial } = container()
const TRIAL = trial.state === 'known' ? trial.value : null

const WHOLE: Partial<JobManager> = {
  version: async () => '2.3.0',
  configuration: async () => new Map([['a', 'b']]),
  jobs: async () => [overview(), overview({ jobId: 'f'.repeat(32), state: 'FINISHED' })],
  checkpointConfig: async () => CONFIG,
  checkpoints: async () => stats(),
}

function look(
  jobManager: Partial<JobManager>,
  probe: () => Promise<ContainerTrial> = async () => TRIAL ?? Promise.reject(new Error('no trial')),
  signal = new AbortController().signal,
) {
  return examine({
    file: null,
    scripts: [],
    roots: rootsBelow(WASB),
    jobManagers: [fakeJobManager(jobManager)],
    storage: { ...fakeStorage(), probe },
    isEmulator: () => true,
    now: () => NOW_MS,
    signal,
  })
}

describe('what doctor finds out', () => {
  it('is the version, the configuration and the running jobs of each cluster, and each container once', async () => {
    const facts = await look(WHOLE)
    expect(facts.clusters).toMatchObject([
      {
        version: { value: '2.3.0' },
        configuration: { value: new Map([['a', 'b']]) },
        jobs: { value: [{ jobId: JOB, config: { value: CONFIG } }] },
      },
    ])
    expect(facts.containers).toMatchObject([{ account: ACCOUNT, container: CONTAINER, isEmulator: true, trial: { state: 'known' } }])
  })

  it('is not known of a JobManager that does not answer, which is asked once', async () => {
    const { clusters } = await look({ version: gone })
    const unknown = { state: 'unknown', reason: 'It does not answer' }
    expect(clusters).toEqual([{ url: 'http://flink-jm:8081', version: unknown, configuration: unknown, jobs: unknown }])
  })

  it.each(['configuration', 'jobs'] as const)('is not known of %s alone when only that fails', async (part) => {
    const [found] = (await look({ ...WHOLE, [part]: gone })).clusters
    expect(found).toMatchObject({ version: { state: 'known' }, [part]: { state: 'unknown' } })
  })

  it('is not known of a job that is still initializing', async () => {
    const [found] = (await look({ ...WHOLE, checkpoints: gone })).clusters
    expect(found?.jobs).toMatchObject({ value: [{ stats: { state: 'unknown' }, config: { state: 'known' } }] })
  })

  it('is not asked further of a container that cannot be listed', async () => {
    const rights = {
      list: { state: 'unknown' as const, reason: 'it ails' },
      read: ALLOWED,
      write: ALLOWED,
      lease: ALLOWED,
      delete: ALLOWED,
    }
    const { containers } = await look(WHOLE, async () => ({
      exists: true,
      rights,
      isVersioned: null,
      isDeletionPermanent: null,
      leftBehind: null,
    }))
    expect(containers[0]?.softDeleteDays).toEqual({ state: 'unknown', reason: 'the container could not be looked at' })
  })

  it('is not known of a container without a usable credential', async () => {
    const { containers } = await look(WHOLE, gone)
    expect(containers[0]?.trial).toMatchObject({ state: 'unknown', reason: 'It does not answer' })
  })

  it('ends with a bug or an interrupt instead of calling it unknown', async () => {
    await expect(look({ version: () => Promise.reject(new Error('a bug')) })).rejects.toThrow('a bug')
    await expect(look(WHOLE, gone, AbortSignal.abort())).rejects.toThrow('It does not answer')
  })
})
