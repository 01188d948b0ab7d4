import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager } from '../ports.js'
import { isRefusal } from './ask-once.js'

export interface Patience {
  /** The first call that found nobody, with what it was told. */
  onDown: (problem: FlinkopsError) => void
  onBack: (downMs: number) => void
  now: () => number
  pauseMs?: number
  /** When nobody has answered for this long, the last problem is thrown. */
  longestMs?: number
}

const PAUSE_MS = 2000
const LONGEST_MS = 10 * 60_000

/** `isFinal`: what is not waited through. */
type Patiently = <T>(call: () => Promise<T>, signal: AbortSignal, isFinal?: (error: unknown) => boolean) => Promise<T>

/** Repeats calls that found nobody (exit 7) until somebody answers, the signal ends it, or patience does. */
export function patiently(patience: Patience): Patiently {
  const { now, pauseMs = PAUSE_MS, longestMs = LONGEST_MS } = patience
  let downSinceMs: number | null = null

  function noteDown(problem: FlinkopsError): void {
    if (downSinceMs === null) patience.onDown(problem)
    downSinceMs ??= now()
    if (now() - downSinceMs >= longestMs) throw problem
  }

  function noteBack(): void {
    if (downSinceMs !== null) patience.onBack(now() - downSinceMs)
    downSinceMs = null
  }

  return async (call, signal, isFinal) => {
    for (;;) {
      try {
        const answer = await call()
        noteBack()
        return answer
      } catch (error) {
        if (signal.aborted || !isUnreachable(error) || isFinal?.(error)) throw error
        noteDown(error)
        await sleep(pauseMs, undefined, { signal })
      }
    }
  }
}

/** Nobody answered, as opposed to a refusal. */
function isUnreachable(error: unknown): error is FlinkopsError {
  return error instanceof FlinkopsError && error.exitCode === EXIT.unreachable
}

/** A JobManager that is waited for while it is away. All is repeatable: operations carry trigger ids, submissions job ids, of our choice. */
export function patientJobManager(jobManager: JobManager, again: Patiently): JobManager {
  return {
    url: jobManager.url,
    version: (signal) => again(() => jobManager.version(signal), signal),
    refreshIntervalMs: (signal) => again(() => jobManager.refreshIntervalMs(signal), signal),
    jobs: (signal) => again(() => jobManager.jobs(signal), signal),
    job: (jobId, signal) => again(() => jobManager.job(jobId, signal), signal),
    jobState: (jobId, signal) => again(() => jobManager.jobState(jobId, signal), signal),
    checkpoints: (jobId, signal) => again(() => jobManager.checkpoints(jobId, signal), signal),
    checkpointConfig: (jobId, signal) => again(() => jobManager.checkpointConfig(jobId, signal), signal),
    failureCause: (jobId, signal) => again(() => jobManager.failureCause(jobId, signal), signal),
    configuration: (signal) => again(() => jobManager.configuration(signal), signal),
    triggerSavepoint: (request, signal) => again(() => jobManager.triggerSavepoint(request, signal), signal, isRefusal),
    triggerStop: (request, signal) => again(() => jobManager.triggerStop(request, signal), signal, isRefusal),
    operation: (jobId, triggerId, signal) => again(() => jobManager.operation(jobId, triggerId, signal), signal),
    ensureJar: (jarPath, signal) => again(() => jobManager.ensureJar(jarPath, signal), signal),
    runJar: (request, signal) => again(() => jobManager.runJar(request, signal), signal),
    cancel: (jobId, signal) => again(() => jobManager.cancel(jobId, signal), signal),
    records: (jobId, signal) => again(() => jobManager.records(jobId, signal), signal),
  }
}
