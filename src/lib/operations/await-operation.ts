import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { Blob, CheckpointStats, JobManager, JournalOperation, StorageReader } from '../ports.js'
import { isSnapshotMetadata, parentOf, savepointPrefix } from '../state/layout.js'
import { formatLocation, parseLocation, spellingOf } from '../state/location.js'
import { checkpointsUnlessInitializing } from './checkpoints-of.js'
import { hasEnded } from './resolve-job.js'

export interface AwaitProgress {
  elapsedMs: number
  acknowledged: number | null
  subtasks: number | null
  bytes: number | null
}

export interface AwaitInput {
  operation: JournalOperation
  jobManager: JobManager
  storage: StorageReader
  /** Where the cluster puts savepoints when no target was given. */
  defaultTarget: string | null
  signal: AbortSignal
  now: () => number
  onProgress: (progress: AwaitProgress) => void
}

/** What became of a savepoint or stop. */
export type OperationEnd =
  /** `isRecovered`: the JobManager had forgotten the operation, and this is the job's newest savepoint since. */
  { state: 'completed'; location: string; isRecovered?: boolean } | { state: 'failed'; cause: string; savepointPath: string | null }

const POLL_MS = 400

/**
 * Polls until the operation has an end. The only loop that waits for it. Ctrl-C, `--timeout` and a JobManager that went away end the
 * wait, never the savepoint: the error says how to re-attach.
 */
export async function awaitOperation(input: AwaitInput): Promise<OperationEnd> {
  const { operation, jobManager, signal } = input
  try {
    for (;;) {
      const status = await jobManager.operation(operation.jobId, operation.triggerId, signal)
      if (status.state === 'completed' || status.state === 'failed') return status
      if (status.state === 'unknown') return await recover(input)
      input.onProgress(await progressOf(input))
      await sleep(POLL_MS, undefined, { signal })
    }
  } catch (error) {
    throw withWayBack(error, input)
  }
}

async function progressOf(input: AwaitInput): Promise<AwaitProgress> {
  const elapsedMs = input.now() - input.operation.startedAtMs
  const stats = await checkpointsUnlessInitializing(input.jobManager, input.operation.jobId, input.signal)
  const entry = stats?.history.find(
    (one) => one.isSavepoint && one.status === 'IN_PROGRESS' && one.triggeredAtMs >= input.operation.startedAtMs - CLOCK_TOLERANCE_MS,
  )
  return {
    elapsedMs,
    acknowledged: entry?.acknowledgedSubtasks ?? null,
    subtasks: entry?.subtasks ?? null,
    bytes: entry?.checkpointedBytes ?? null,
  }
}

/** Small, so that an earlier savepoint of the same job is not taken for this one. */
const CLOCK_TOLERANCE_MS = 5000

/**
 * The trigger id is not known (any more): results live 5 minutes, and in the memory of one JobManager process only. The savepoint may
 * nevertheless exist: in the job's statistics, or on storage, where the directory's name carries the first 6 hex of the job id.
 */
async function recover(input: AwaitInput): Promise<OperationEnd> {
  const { operation } = input
  const location = await savepointSince(input)
  if (location !== null && (await hasEffect(input))) return { state: 'completed', location, isRecovered: true }
  throw new FlinkopsError(
    `The JobManager does not know the operation ${operation.triggerId} any more, and no savepoint of job ${operation.jobId} since then was found.`,
    {
      code: 'OPERATION_UNKNOWN',
      exitCode: EXIT.failedOnCluster,
      suggestions: [
        'The JobManager was restarted, or the result is older than 5 minutes. See what runs: flinkops list-jobs',
        'Then take a new savepoint.',
      ],
    },
  )
}

/** The newest savepoint of the job since the operation was asked for, by the job's statistics or, without them, on storage. */
export async function savepointSince(input: AwaitInput): Promise<string | null> {
  const stats = await checkpointsUnlessInitializing(input.jobManager, input.operation.jobId, input.signal)
  return completedSince(stats, input.operation) ?? (await findOnStorage(input))
}

/** A stop has had its effect only when the job is gone; else a savepoint that is found is somebody else's. */
async function hasEffect({ operation, jobManager, signal }: AwaitInput): Promise<boolean> {
  if (operation.kind !== 'stop') return true
  const state = await jobManager.jobState(operation.jobId, signal)
  return state === null || hasEnded(state)
}

function completedSince(stats: CheckpointStats | null, { kind, startedAtMs }: JournalOperation): string | null {
  const entries = [stats?.latest.savepoint ?? null, ...(stats?.history ?? [])]
  const found = entries.find(
    (entry) =>
      entry?.isSavepoint &&
      entry.status === 'COMPLETED' &&
      entry.triggeredAtMs >= startedAtMs - CLOCK_TOLERANCE_MS &&
      (kind !== 'stop' || entry.type === 'SYNC_SAVEPOINT'),
  )
  return found?.externalPath ?? null
}

async function findOnStorage(input: AwaitInput): Promise<string | null> {
  const target = input.operation.targetDirectory ?? input.defaultTarget
  const parsed = target === null ? null : parseLocation(target)
  if (target === null || !parsed?.ok) return null
  const { account, container, name } = parsed.location
  const reader = await input.storage.container(account, container)
  let newest: Blob | null = null
  for await (const page of reader.list({ prefix: name === '' ? '' : `${name}/`, signal: input.signal })) {
    for (const blob of page.blobs) {
      if (isOurs(blob, input.operation) && blob.lastModifiedMs > (newest?.lastModifiedMs ?? 0)) newest = blob
    }
  }
  return newest === null ? null : formatLocation(spellingOf(target, parsed.location), parentOf(newest.name))
}

function isOurs(blob: Blob, operation: JournalOperation): boolean {
  if (blob.isDirectory || blob.sizeBytes === 0 || !isSnapshotMetadata(blob.name)) return false
  const isSince = blob.lastModifiedMs >= operation.startedAtMs - CLOCK_TOLERANCE_MS
  return isSince && savepointPrefix(parentOf(blob.name)) === operation.jobId.slice(0, 6)
}

/**
 * Ctrl-C, `--timeout` or a JobManager that went away say how to re-attach. `standing`: what of the operation itself can be said when
 * the user ended the wait.
 */
export function withWayBack(
  error: unknown,
  { operation, signal }: Pick<AwaitInput, 'operation' | 'signal'>,
  standing = `The ${describeKind(operation)} goes on in the cluster.`,
): unknown {
  const said = error instanceof FlinkopsError ? error : signal.reason
  if (!(said instanceof FlinkopsError) || said.code === 'OPERATION_UNKNOWN') return error
  if (!signal.aborted && said.exitCode !== EXIT.unreachable) return error
  return new FlinkopsError(signal.aborted ? `${said.message} ${standing}` : said.message, {
    code: said.code,
    exitCode: said.exitCode,
    suggestions: [`Go on waiting for it: flinkops savepoint --attach ${operation.triggerId}`],
  })
}

export function describeKind({ kind }: JournalOperation): string {
  return kind === 'stop' ? 'stop with savepoint' : 'savepoint'
}
