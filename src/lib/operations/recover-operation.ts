import { EXIT, FlinkopsError } from '../errors.js'
import type { Blob, CheckpointEntry, CheckpointStats, JobManager, JournalOperation, StorageReader } from '../ports.js'
import { isSnapshotMetadata, parentOf, savepointPrefix } from '../state/layout.js'
import { formatLocation, parseLocation, spellingOf } from '../state/location.js'
import type { OperationEnd } from './await-operation.js'
import { checkpointsUnlessInitializing } from './checkpoints-of.js'
import { hasEnded } from './resolve-job.js'

export interface RecoverInput {
  operation: JournalOperation
  jobManager: Pick<JobManager, 'checkpoints' | 'jobState'>
  storage: StorageReader
  /** Where the cluster puts savepoints when no target was given. */
  defaultTarget: string | null
  signal: AbortSignal
}

/** Small, so that an earlier savepoint of the same job is not taken for this one. */
const CLOCK_TOLERANCE_MS = 5000

/**
 * The trigger id is not known (any more): results live 5 minutes, and in the memory of one JobManager process only. The savepoint may
 * nevertheless exist: in the job's statistics, or on storage, where the directory's name carries the first 6 hex of the job id. A stop has
 * had its effect only when the job is gone: else it was lost, and a savepoint that is found is somebody else's.
 */
export async function recover(input: RecoverInput): Promise<OperationEnd> {
  const { operation, jobManager, signal } = input
  const state = operation.kind === 'stop' ? await jobManager.jobState(operation.jobId, signal) : null
  if (state !== null && !hasEnded(state)) throw stopLost(operation, state)
  const location = await savepointSince(input)
  if (location !== null) return { state: 'completed', location, isRecovered: true }
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

function stopLost({ triggerId, jobId, jobName }: JournalOperation, state: string): FlinkopsError {
  return new FlinkopsError(
    `The JobManager does not know the stop ${triggerId} of ${jobName ?? jobId} any more, and the job is up (${state}): it was not stopped.`,
    {
      code: 'STOP_LOST',
      exitCode: EXIT.failedOnCluster,
      suggestions: [
        'The JobManager was restarted before the stop was done, and took the job up again.',
        `Stop it anew: flinkops stop ${jobId.slice(0, 8)}`,
      ],
    },
  )
}

/** The newest savepoint of the job since the operation was asked for, by the job's statistics or, without them, on storage. */
export async function savepointSince(input: RecoverInput): Promise<string | null> {
  const stats = await checkpointsUnlessInitializing(input.jobManager, input.operation.jobId, input.signal)
  return completedSince(stats, input.operation) ?? (await findOnStorage(input))
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

/** The savepoint of the operation, in the statistics, while it is being taken. */
export function savepointUnderWay(stats: CheckpointStats | null, { startedAtMs }: JournalOperation): CheckpointEntry | undefined {
  return stats?.history.find(
    (one) => one.isSavepoint && one.status === 'IN_PROGRESS' && one.triggeredAtMs >= startedAtMs - CLOCK_TOLERANCE_MS,
  )
}

/** The newest savepoint of the job in the target directory since the operation was asked for. */
export async function findOnStorage(input: Omit<RecoverInput, 'jobManager'>): Promise<string | null> {
  const { operation } = input
  const target = operation.targetDirectory ?? input.defaultTarget
  const parsed = target === null ? null : parseLocation(target)
  if (target === null || !parsed?.ok) return null
  const { account, container, name } = parsed.location
  const reader = await input.storage.container(account, container)
  const found: Blob[] = []
  for await (const page of reader.list({ prefix: name === '' ? '' : `${name}/`, signal: input.signal }))
    for (const blob of page.blobs) if (isOurs(blob, operation)) found.push(blob)
  const spelling = spellingOf(target, parsed.location)
  const paths = found.toSorted((a, b) => b.lastModifiedMs - a.lastModifiedMs).map((blob) => formatLocation(spelling, parentOf(blob.name)))
  if (paths.length > 1 && isOfAnyCluster(operation)) throw ambiguous(operation, paths)
  return paths[0] ?? null
}

function isOurs(blob: Blob, operation: JournalOperation): boolean {
  if (blob.isDirectory || blob.sizeBytes === 0 || !isSnapshotMetadata(blob.name)) return false
  const isSince = blob.lastModifiedMs >= operation.startedAtMs - CLOCK_TOLERANCE_MS
  return isSince && savepointPrefix(parentOf(blob.name)) === operation.jobId.slice(0, 6)
}

/** The id that every application cluster without high availability gives to its job (`ApplicationDispatcherBootstrap.ZERO_JOB_ID`). */
export function isOfAnyCluster({ jobId }: JournalOperation): boolean {
  return /^0+$/.test(jobId)
}

function ambiguous({ jobName, jobId }: JournalOperation, paths: string[]): FlinkopsError {
  return new FlinkopsError(
    `Which savepoint is that of ${jobName ?? jobId} cannot be told: application clusters share its job id, and ${paths.length} were written since: ${paths.join(', ')}.`,
    { code: 'SAVEPOINT_AMBIGUOUS', exitCode: EXIT.failedOnCluster, suggestions: ['Look at each: flinkops inspect <path>'] },
  )
}
