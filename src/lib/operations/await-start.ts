import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { CheckpointStats, JobManager, StorageReader } from '../ports.js'
import type { RestoreProgress } from './await-restore.js'
import { checkpointsUnlessInitializing, isInitializing } from './checkpoints-of.js'
import { ownCheckpoint } from './own-checkpoint.js'
import { hasEnded } from './resolve-job.js'

export interface AwaitStartInput {
  jobId: string
  waitFor: 'running' | 'checkpoint'
  jobManager: JobManager
  /** Only asked when a checkpoint is waited for. */
  storage: () => Promise<StorageReader>
  signal: AbortSignal
  now: () => number
  onProgress: (progress: RestoreProgress) => void
}

export interface StartProof {
  jobName: string
  state: string
  /** Whether a first checkpoint was seen and read; a job without periodic checkpoints, or one that has finished, has none. */
  hasCheckpoint: boolean
}

const POLL_MS = 500

/** Waits until the job runs, and until its first checkpoint is completed and readable. A bounded job may finish before. */
export async function awaitStart(input: AwaitStartInput): Promise<StartProof> {
  const startedAtMs = input.now()
  try {
    for (;;) {
      const { proof, ...progress } = await lookAt(input)
      if (proof !== null) return proof
      input.onProgress({ elapsedMs: input.now() - startedAtMs, ...progress })
      await sleep(POLL_MS, undefined, { signal: input.signal })
    }
  } catch (error) {
    throw withWhereItStands(error, input)
  }
}

async function lookAt(input: AwaitStartInput): Promise<Omit<RestoreProgress, 'elapsedMs'> & { proof: StartProof | null }> {
  const { jobManager, jobId, signal } = input
  const state = (await jobManager.jobState(jobId, signal)) ?? 'UNKNOWN'
  if (state === 'FINISHED') return { proof: await proven(input, state, false), state, waitingFor: 'running', failedCheckpoints: 0 }
  if (hasEnded(state)) throw await endedEarly(input, state)
  const stats = await checkpointsUnlessInitializing(jobManager, jobId, signal)
  const failedCheckpoints = stats?.counts.failed ?? 0
  if (state !== 'RUNNING') return { proof: null, state, waitingFor: 'running', failedCheckpoints }
  const isDone = input.waitFor === 'running' || (await hasNoneToCome(input))
  const hasCheckpoint = !isDone && stats !== null && (await hasOwnCheckpoint(stats, input))
  const proof = isDone || hasCheckpoint ? await proven(input, state, hasCheckpoint) : null
  return { proof, state, waitingFor: 'first checkpoint', failedCheckpoints }
}

async function proven({ jobManager, jobId, signal }: AwaitStartInput, state: string, hasCheckpoint: boolean): Promise<StartProof> {
  const job = await jobManager.job(jobId, signal)
  return { jobName: job?.name ?? jobId, state, hasCheckpoint }
}

async function hasNoneToCome({ jobManager, jobId, signal }: AwaitStartInput): Promise<boolean> {
  try {
    const config = await jobManager.checkpointConfig(jobId, signal)
    return config === null || config.intervalMs === null
  } catch (error) {
    if (isInitializing(error)) return false
    throw error
  }
}

async function hasOwnCheckpoint(stats: CheckpointStats, input: AwaitStartInput): Promise<boolean> {
  const { jobId, jobManager, signal } = input
  if (stats.latest.restored !== null && stats.latest.restored.externalPath?.includes(jobId) !== true)
    throw failed(`Job ${jobId} was to start empty, but the cluster says that it was restored from ${stats.latest.restored.externalPath}.`)
  const own = await ownCheckpoint(stats, { jobId, jobManager, storage: await input.storage(), signal })
  if (typeof own === 'string') return own === 'readable'
  throw failed(
    `Job ${jobId} was started, and cannot be relied upon: ${own.problem}.`,
    'The job is left as it is; look at it: flinkops list-jobs',
  )
}

async function endedEarly({ jobManager, jobId, signal }: AwaitStartInput, state: string): Promise<FlinkopsError> {
  const cause = await jobManager.failureCause(jobId, signal)
  return failed(`Job ${jobId} is ${state}${cause === null ? '' : `: ${cause}`}`)
}

function failed(message: string, ...suggestions: string[]): FlinkopsError {
  return new FlinkopsError(message, { code: 'START_FAILED', exitCode: EXIT.failedOnCluster, suggestions })
}

function withWhereItStands(error: unknown, input: AwaitStartInput): unknown {
  const said = error instanceof FlinkopsError ? error : input.signal.reason
  const isOver = input.signal.aborted || (error instanceof FlinkopsError && error.exitCode === EXIT.unreachable)
  if (!isOver || !(said instanceof FlinkopsError)) return error
  return new FlinkopsError(`${said.message} Job ${input.jobId} was started; whether it checkpoints is not proven yet.`, {
    code: said.code,
    exitCode: said.exitCode,
    suggestions: ['Do not start it again before looking: flinkops list-jobs'],
  })
}
