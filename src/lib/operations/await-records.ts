import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager, RecordCounts } from '../ports.js'
import { hasEnded } from './resolve-job.js'

export interface AwaitRecordsInput {
  jobId: string
  /** How long its sources may be silent. */
  withinMs: number
  jobManager: JobManager
  now: () => number
  signal: AbortSignal
  onWaiting: (elapsedMs: number) => void
}

const POLL_MS = 1000

/** Waits until records came out of the sources; the counts, or zeros when none came in time. Metrics lag by up to 10 s. */
export async function awaitRecords(input: AwaitRecordsInput): Promise<RecordCounts> {
  const { jobManager, jobId, now, signal } = input
  const startedAtMs = now()
  for (;;) {
    const counts = await jobManager.records(jobId, signal)
    const elapsedMs = now() - startedAtMs
    if (counts.read > 0 || elapsedMs >= input.withinMs) return counts
    const state = await jobManager.jobState(jobId, signal)
    if (state === null || hasEnded(state)) throw await ended(input, state)
    input.onWaiting(elapsedMs)
    await sleep(POLL_MS, undefined, { signal })
  }
}

async function ended({ jobManager, jobId, signal }: AwaitRecordsInput, state: string | null): Promise<FlinkopsError> {
  const cause = await jobManager.failureCause(jobId, signal)
  const words = `Job ${jobId} is ${state ?? 'gone'}${cause === null ? '' : `: ${cause}`}`
  return new FlinkopsError(words, { code: 'RESTORE_FAILED', exitCode: EXIT.failedOnCluster })
}
