import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { CheckpointStats, JobManager, StorageReader } from '../ports.js'
import { snapshotDirectory } from '../state/lineage.js'
import { locationKey, parseLocation } from '../state/location.js'
import { checkpointsUnlessInitializing } from './checkpoints-of.js'
import type { LocatedSnapshot } from './locate-snapshot.js'
import { ownCheckpoint } from './own-checkpoint.js'
import { hasEnded } from './resolve-job.js'

export interface RestoreProgress {
  elapsedMs: number
  state: string
  /** What is waited for right now. */
  waitingFor: 'running' | 'restored' | 'checkpoint' | 'first checkpoint' | 'records'
  failedCheckpoints: number
}

export interface AwaitRestoreInput {
  jobId: string
  snapshot: LocatedSnapshot
  waitFor: 'restored' | 'checkpoint'
  jobManager: JobManager
  storage: StorageReader
  signal: AbortSignal
  now: () => number
  onProgress: (progress: RestoreProgress) => void
  pollMs?: number
}

export interface RestoreProof {
  jobName: string
  state: string
  restoredCheckpointId: number
  /** Whether a first checkpoint of its own was read; without periodic checkpoints there will be none to wait for. */
  checkpoint: 'read' | 'not waited for' | 'none will come'
}

const POLL_MS = 500
/** A running job whose checkpoints the cluster does not know for this long has none. */
const BLIND_LOOKS = 20

/** Waits for the proof of a restore, or for the proof that there will be none. */
export async function awaitRestore(input: AwaitRestoreInput): Promise<RestoreProof> {
  try {
    return await prove(input)
  } catch (error) {
    throw withWhereItStands(error, input)
  }
}

async function prove(input: AwaitRestoreInput): Promise<RestoreProof> {
  const startedAtMs = input.now()
  let blindLooks = 0
  for (;;) {
    const look = await lookAt(input)
    if (look.proof !== null) return look.proof
    blindLooks = look.isBlind ? blindLooks + 1 : 0
    if (blindLooks === BLIND_LOOKS) throw notProven(input, 'it runs, but the cluster knows no checkpoints of it (is it a batch job?)')
    input.onProgress({ elapsedMs: input.now() - startedAtMs, ...look.progress })
    await sleep(input.pollMs ?? POLL_MS, undefined, { signal: input.signal })
  }
}

interface Look {
  proof: RestoreProof | null
  progress: Omit<RestoreProgress, 'elapsedMs'>
  /** It runs, and there are no statistics that could say from where. */
  isBlind?: boolean
}

async function lookAt(input: AwaitRestoreInput): Promise<Look> {
  const { jobManager, jobId, signal } = input
  const state = (await jobManager.jobState(jobId, signal)) ?? 'UNKNOWN'
  if (hasEnded(state)) throw await endedEarly(input, state)
  const stats = await checkpointsUnlessInitializing(jobManager, jobId, signal)
  const failedCheckpoints = stats?.counts.failed ?? 0
  if (stats === null || state !== 'RUNNING')
    return { proof: null, progress: { state, waitingFor: 'running', failedCheckpoints }, isBlind: state === 'RUNNING' }
  const restoredCheckpointId = checkRestored(stats, input)
  if (restoredCheckpointId === null) return { proof: null, progress: { state, waitingFor: 'restored', failedCheckpoints } }
  const progress = { state, waitingFor: 'checkpoint', failedCheckpoints } as const
  const checkpoint = await checkpointOf(stats, input)
  if (checkpoint === null) return { proof: null, progress }
  const job = await jobManager.job(jobId, signal)
  return { proof: { jobName: job?.name ?? jobId, state, restoredCheckpointId, checkpoint }, progress }
}

/** `null` = its first checkpoint is still to come. */
async function checkpointOf(stats: CheckpointStats, input: AwaitRestoreInput): Promise<RestoreProof['checkpoint'] | null> {
  if (input.waitFor === 'restored') return 'not waited for'
  if (await hasOwnCheckpoint(stats, input)) return 'read'
  checkHopeless(stats, input)
  const config = await input.jobManager.checkpointConfig(input.jobId, input.signal)
  return config !== null && config.intervalMs === null ? 'none will come' : null
}

/** The id it was restored from; `null` = the statistics do not say yet. Any other path, or none once it checkpoints, is a failed proof. */
function checkRestored(stats: CheckpointStats, input: AwaitRestoreInput): number | null {
  const restored = stats.latest.restored
  if (restored === null) {
    if (stats.counts.completed > 0)
      throw notProven(input, 'the job runs and checkpoints, but with EMPTY STATE: the cluster says that it was restored from nothing')
    return null
  }
  const said = restored.externalPath === null ? null : parseLocation(restored.externalPath)
  if (said?.ok && locationKey(snapshotDirectory(said.location)) === locationKey(input.snapshot.location)) return restored.id
  // An in-job failover sets it to a checkpoint of the job's own, which it can only have after a first restore.
  if (restored.externalPath?.includes(input.jobId)) return restored.id
  throw notProven(input, `the cluster says that it was restored from ${restored.externalPath ?? 'nothing'}`)
}

async function hasOwnCheckpoint(stats: CheckpointStats, input: AwaitRestoreInput): Promise<boolean> {
  const own = await ownCheckpoint(stats, input)
  if (typeof own !== 'string') throw notProven(input, own.problem)
  return own === 'readable'
}

/** Changelog with NO_CLAIM never completes a checkpoint: it "does not support enforcing a full snapshot". */
function checkHopeless(stats: CheckpointStats, input: AwaitRestoreInput): void {
  const said = [stats.latest.failed, ...stats.history].find((entry) => entry?.failureMessage?.includes('enforcing a full snapshot'))
  if (said)
    throw notProven(
      input,
      'the job was restored, but no checkpoint of it will ever complete: the changelog backend cannot take the full checkpoint that NO_CLAIM needs',
      '--claim-mode claim takes over the old snapshot instead',
    )
}

async function endedEarly(input: AwaitRestoreInput, state: string): Promise<FlinkopsError> {
  const cause = await input.jobManager.failureCause(input.jobId, input.signal)
  const words = `Job ${input.jobId} is ${state}${cause === null ? '' : `: ${cause}`}`
  return new FlinkopsError(words, { code: 'RESTORE_FAILED', exitCode: EXIT.failedOnCluster, suggestions: restoreHints(cause) })
}

function restoreHints(cause: string | null): string[] {
  if (!cause?.includes('Cannot map checkpoint/savepoint state')) return ['The snapshot is untouched.']
  return ['If that operator was removed on purpose: --allow-non-restored-state drops its state for good.']
}

function notProven(input: AwaitRestoreInput, what: string, ...suggestions: string[]): FlinkopsError {
  return new FlinkopsError(`The restore of job ${input.jobId} from ${input.snapshot.path} is not proven: ${what}.`, {
    code: 'RESTORE_NOT_PROVEN',
    exitCode: EXIT.failedOnCluster,
    suggestions: [...suggestions, `The job is left as it is; look at it: flinkops list-jobs`],
  })
}

function withWhereItStands(error: unknown, input: AwaitRestoreInput): unknown {
  const said = error instanceof FlinkopsError ? error : input.signal.reason
  const isOver = input.signal.aborted || (error instanceof FlinkopsError && error.exitCode === EXIT.unreachable)
  if (!isOver || !(said instanceof FlinkopsError)) return error
  return new FlinkopsError(
    `${said.message} Job ${input.jobId} was started from ${input.snapshot.path}; whether it was restored is not proven yet.`,
    {
      code: said.code,
      exitCode: said.exitCode,
      suggestions: ['Do not start it again before looking: flinkops list-jobs'],
    },
  )
}
