import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { verifyJob } from '../../../src/lib/operations/verify-job.js'
import { JOB, overview } from '../../support/fake-ports.js'
import { type SimulatedJob, simulateJob } from '../../support/simulated-job.js'

const MINUTE = 60_000

interface Watching {
  /** `--timeout`, on the job's clock. */
  timeoutMs?: number
  state?: string
  change?: (job: ReturnType<typeof simulateJob>) => void
}

function verify(job: SimulatedJob, { timeoutMs, state = 'RUNNING', change }: Watching = {}) {
  const simulated = simulateJob(job)
  const abort = new AbortController()
  const reason = new FlinkopsError('Gave up waiting after 60 s (--timeout).', { code: 'TIMEOUT', exitCode: EXIT.stillRunning })
  return verifyJob({
    ...simulated,
    job: overview({ state }),
    signal: abort.signal,
    onProgress: () => undefined,
    pause: async (ms, signal) => {
      await simulated.pause(ms, signal)
      change?.(simulated)
      if (timeoutMs !== undefined && simulated.clock.ms >= timeoutMs) abort.abort(reason)
      signal.throwIfAborted()
    },
  })
}

describe('verifyJob', () => {
  it('is content when two checkpoints were completed since it began, and the newest can be restored from', async () => {
    const verdict = await verify({ intervalMs: 10_000 })

    expect(verdict).toMatchObject({
      jobId: JOB,
      findings: [],
      proof: {
        completed: [
          { id: 10, durationMs: 500 },
          { id: 11, durationMs: 500 },
        ],
        intervalMs: 10_000,
        failed: 0,
        restarts: 0,
        newest: { checkpointId: 11, files: 1, bytes: 200 },
      },
    })
  })

  it.each(healthyJobs())('never flags a healthy job, whenever it is looked at: %s', async (_, job) => {
    const { findings, proof } = await verify(job)
    expect(findings).toEqual([])
    expect(proof?.completed.length).toBeGreaterThanOrEqual(2)
  })

  it.each<[string, SimulatedJob, RegExp, Watching?]>([
    [
      'its checkpoints fail',
      { failure: () => 'Asynchronous task checkpoint failed.' },
      /^its checkpoints fail, the last \d+ in a row: Asynchronous task checkpoint failed$/,
    ],
    [
      'its checkpoints have begun to fail',
      { failure: (id) => (id > 10 ? 'Checkpoint expired before completing.' : null) },
      /^its checkpoints fail, the last 2 in a row: Checkpoint expired/,
    ],
    [
      'its checkpoints take longer than the interval',
      { intervalMs: 10_000, durationMs: () => 25_000 },
      /^checkpoints are too slow: the last two took 25 s and 25 s, longer than the interval of 10 s$/,
    ],
    [
      'a checkpoint does not come to an end',
      { intervalMs: 10_000, timeoutMs: MINUTE, durationMs: (id) => (id > 9 ? null : 500), cause: 'disk full.' },
      /^checkpoints do not advance: 0 completed in 14\d s; checkpoint 10 is under way, 3 of 4 subtasks are done; its last failure: disk full$/,
    ],
    [
      'checkpoints come far more rarely than configured',
      { intervalMs: 10_000, paceMs: 60_000 },
      /^checkpoints come too rarely: the last two began 60 s apart, for the interval of 10 s$/,
    ],
    [
      'it restarts from its checkpoint again and again',
      { restored: (ms) => Math.floor(ms / 5000), durationMs: () => null, cause: 'java.lang.NullPointerException' },
      /^it is in a restart loop: 2 restarts meanwhile; its last failure: java\.lang\.NullPointerException$/,
    ],
    [
      'it restarts from nothing again and again',
      { state: (ms) => (Math.floor(ms / 4000) % 2 === 0 ? 'RUNNING' : 'RESTARTING'), durationMs: () => null },
      /^it is in a restart loop: 2 restarts meanwhile$/,
    ],
    ['checkpointing is off', { intervalMs: 0 }, /^it takes no checkpoints: checkpointing is off/],
    ['it fails meanwhile', { state: (ms) => (ms < 5000 ? 'RUNNING' : 'FAILED'), cause: 'boom.' }, /^it is FAILED; its last failure: boom$/],
    ['it is forgotten meanwhile', { state: (ms) => (ms < 5000 ? 'RUNNING' : null) }, /^the JobManager does not know the job any more$/],
    ['it has ended before', {}, /^it is CANCELED$/, { state: 'CANCELED' }],
  ])('finds that %s', async (_, job, words, watching) => {
    const { findings, proof } = await verify(job, watching)
    expect(findings).toEqual([expect.stringMatching(words)])
    expect(proof === null || findings[0]?.startsWith('checkpoints')).toBe(true)
  })

  it.each<[string, (blobs: Map<string, { sizeBytes?: number; bytes?: Uint8Array }>, name: string) => void, RegExp]>([
    ['lacks a file', (blobs, name) => blobs.delete(name), /cannot be restored: 1 of 1 referenced files are missing$/],
    ['is not there', (blobs) => blobs.clear(), /cannot be restored: there is no checkpoints\/\w+\/chk-\d+\/_metadata$/],
    [
      "is another checkpoint's",
      (blobs) => {
        const metadata = [...blobs].find(([name]) => name.endsWith('/_metadata'))?.[1]
        metadata?.bytes?.set([99], 15)
      },
      /it is the _metadata of checkpoint 99, in the directory of checkpoint \d+$/,
    ],
  ])('finds that the newest checkpoint %s', async (_, damage, words) => {
    const change: Watching['change'] = ({ storage }) => {
      const file = [...storage.blobs.keys()].find((name) => !name.endsWith('/_metadata'))
      damage(storage.blobs, file ?? '')
    }
    const { findings } = await verify({ intervalMs: 300_000, timeoutMs: MINUTE, startedMs: -301_000 }, { change })
    expect(findings[0]).toMatch(words)
  })

  it.each<[string, SimulatedJob]>([
    ['has just started', { startedMs: -1000, intervalMs: 5 * MINUTE }],
    ['is still initializing', { state: (ms) => (ms < 10 * MINUTE ? 'INITIALIZING' : 'RUNNING'), startedMs: 10 * MINUTE }],
    ['has been restarted once', { state: (ms) => (ms < 10_000 ? 'RESTARTING' : 'RUNNING'), startedMs: 0, intervalMs: 5 * MINUTE }],
    ['had one checkpoint fail', { failure: (id) => (id === 1 ? 'declined' : null), startedMs: -60_500, intervalMs: MINUTE }],
  ])('does not judge a job before its time when it %s: exit 8', async (_, job) => {
    await expect(verify(job, { timeoutMs: MINUTE })).rejects.toMatchObject({
      exitCode: 8,
      message: expect.stringMatching(/Whether sales_pipeline checkpoints is not known yet: it is \w+, [01] of 2 checkpoints/),
    })
  })

  it('waits for a job that has just started, and proves it then', async () => {
    const job = { state: (ms: number) => (ms < 30_000 ? 'INITIALIZING' : 'RUNNING'), startedMs: 30_000, intervalMs: MINUTE }
    expect(await verify(job)).toMatchObject({ findings: [], proof: { completed: [{ id: 1 }, { id: 2 }] } })
  })

  it('does not let the time run out over what is plain to see: failures in a row', async () => {
    const failing = { failure: () => 'no space left on device', intervalMs: 10 * MINUTE, startedMs: -60 * MINUTE }
    expect(await verify(failing, { timeoutMs: MINUTE })).toMatchObject({
      findings: ['its checkpoints fail, the last 6 in a row: no space left on device'],
    })
  })
})

/** Fifty jobs that are well: of any pace, looked at at any moment, with savepoints, a failure, a restart, and statistics that lag behind. */
function healthyJobs(): [string, SimulatedJob][] {
  return Array.from({ length: 50 }, (_, number): [string, SimulatedJob] => {
    const intervalMs = [200, 1000, 10_000, 30_000, 10 * MINUTE][number % 5] ?? 0
    const durationMs = intervalMs * ([0.01, 0.3, 0.9][number % 3] ?? 0)
    const job: SimulatedJob = {
      intervalMs,
      durationMs: (id) => (id % 7 === 0 ? 1.5 * durationMs : durationMs),
      minPauseMs: number % 4 === 0 ? intervalMs / 2 : 0,
      startedMs: -20 * intervalMs - ((number * 37) % 100) * (intervalMs / 100),
      cacheMs: number % 2 === 0 ? 3000 : 0,
      isSavepoint: (id) => number % 6 === 1 && id % 5 === 0,
      failure: (id) => (number % 8 === 3 && id % 6 === 0 ? 'Checkpoint was declined.' : null),
      restored: (ms) => 3 + (number % 10 === 7 && ms > intervalMs ? 1 : 0),
    }
    return [`number ${number}, every ${intervalMs} ms, ${durationMs} ms each`, job]
  })
}
