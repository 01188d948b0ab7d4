import { randomBytes } from 'node:crypto'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager, Journal, JournalOperation, StorageReader } from '../ports.js'
import type { ManifestJob } from '../state/manifest.js'
import { type AwaitProgress, awaitOperation, type OperationEnd, savepointSince } from './await-operation.js'
import { checkPath } from './check-path.js'
import type { Ledger } from './ledger.js'
import { hasEnded } from './resolve-job.js'

/** What waiting for a stop takes. */
export interface SettleInput {
  jobId: string
  ledger: Ledger
  format: 'CANONICAL' | 'NATIVE'
  jobManager: JobManager
  journal: Journal
  storage: StorageReader
  signal: AbortSignal
  now: () => number
  onProgress: (job: ManifestJob, progress: AwaitProgress) => void
}

export interface StopEntryInput extends SettleInput {
  /** Where the savepoint goes; written down, so that it can be looked for there. */
  target: string
  drain: boolean
  onTriggered: (operation: JournalOperation, isAttached: boolean) => void
}

/**
 * Stops one job of a window, or takes up a stop that an earlier run has asked for. Its end stands in the ledger: stopped with the path,
 * or failed with the cause. Throws only what ends the whole window: an interruption, a journal that cannot be written.
 */
export async function stopEntry(input: StopEntryInput): Promise<void> {
  try {
    await waitFor(input, await underWay(input))
  } catch (error) {
    if (endsEverything(error, input.signal)) throw error
    await fail(input, error instanceof Error ? error.message : String(error))
  }
}

/** Waits for a stop that an earlier run has asked for, and asks for none: a job that it has not reached is planned again. */
export async function settleEntry(input: SettleInput): Promise<void> {
  try {
    const operation = operationOf(entryOf(input), input)
    if (operation === null) return
    const { state } = await input.jobManager.operation(operation.jobId, operation.triggerId, input.signal)
    if (state === 'unknown' && (await isUp(input)))
      await input.ledger.step(input.jobId, { state: 'planned', triggerId: null, triggeredAt: null })
    else await waitFor(input, operation)
  } catch (error) {
    if (endsEverything(error, input.signal)) throw error
    await fail(input, error instanceof Error ? error.message : String(error))
  }
}

async function waitFor(input: SettleInput, operation: JournalOperation): Promise<void> {
  const { targetDirectory: defaultTarget } = operation
  const onProgress = (progress: AwaitProgress) => input.onProgress(entryOf(input), progress)
  await settle(input, operation, await awaitOperation({ ...input, operation, defaultTarget, onProgress }))
}

/** Ctrl-C, `--timeout`, and what must not go unrecorded. */
export function endsEverything(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || !(error instanceof FlinkopsError)) return true
  return ['JOURNAL_UNWRITABLE', 'JOURNAL_NOT_OWN'].includes(error.code) || error.exitCode === EXIT.unreachable
}

function entryOf({ ledger, jobId }: SettleInput): ManifestJob {
  return ledger.job(jobId)
}

/** The stop that is asked for already, else a new one. */
async function underWay(input: StopEntryInput): Promise<JournalOperation> {
  const before = operationOf(entryOf(input), input)
  if (before === null) return begin(input)
  input.onTriggered(before, true)
  const { state } = await input.jobManager.operation(before.jobId, before.triggerId, input.signal)
  // Asked for in the manifest, yet perhaps never on the wire. The same id again does no harm: Flink takes it once.
  if (state === 'unknown' && (await isUp(input))) await post(input, before)
  return before
}

function operationOf(entry: ManifestJob, { format, jobManager }: SettleInput): JournalOperation | null {
  const { state, triggerId, triggeredAt, jobId, name, targetDirectory } = entry
  if (state !== 'stopping' || triggerId === null || triggeredAt === null) return null
  const startedAtMs = Date.parse(triggeredAt)
  return { kind: 'stop', triggerId, jobId, jobName: name, jobManager: jobManager.url, targetDirectory, format, startedAtMs }
}

async function begin(input: StopEntryInput): Promise<JournalOperation> {
  const triggerId = randomBytes(16).toString('hex')
  const triggeredAt = new Date(input.now()).toISOString()
  await input.ledger.step(input.jobId, { state: 'stopping', triggerId, triggeredAt, targetDirectory: input.target, error: null })
  const operation = operationOf(entryOf(input), input)
  if (operation === null) throw new Error(`the stop of ${input.jobId} was not written down`)
  await input.journal.operationStarted(operation)
  input.onTriggered(operation, false)
  await post(input, operation)
  return operation
}

async function post({ jobManager, drain, signal }: StopEntryInput, operation: JournalOperation): Promise<void> {
  const { jobId, triggerId, format, targetDirectory } = operation
  await jobManager.triggerStop({ jobId, triggerId, format, drain, ...(targetDirectory !== null && { targetDirectory }) }, signal)
}

async function settle(input: SettleInput, operation: JournalOperation, end: OperationEnd): Promise<void> {
  if (end.state === 'completed') {
    await input.journal.operationEnded(operation.triggerId, { state: 'completed', path: end.location, atMs: input.now() })
    return stopped(
      input,
      end.location,
      end.isRecovered ? 'the JobManager had forgotten the stop; this is the newest savepoint since' : null,
    )
  }
  await input.journal.operationEnded(operation.triggerId, { state: 'failed', cause: end.cause, atMs: input.now() })
  if (end.savepointPath === null && (await isUp(input))) return fail(input, end.cause)
  const { targetDirectory: defaultTarget } = operation
  const path = end.savepointPath ?? (await savepointSince({ ...input, operation, defaultTarget, onProgress: () => undefined }))
  if (path === null) return fail(input, `${end.cause}. It is DOWN, and no savepoint of it was completed`)
  return stopped(input, path, `it failed while stopping, after its savepoint was completed: ${end.cause}`)
}

async function isUp({ jobManager, jobId, signal }: SettleInput): Promise<boolean> {
  const state = await jobManager.jobState(jobId, signal)
  return state !== null && !hasEnded(state)
}

/** Down; the path is written before it is checked, so that it is not lost whatever comes. */
async function stopped(input: SettleInput, path: string, note: string | null): Promise<void> {
  await input.ledger.step(input.jobId, { state: 'stopped', path, verified: false, error: note })
  await checkPath(input)
}

async function fail({ ledger, jobId }: SettleInput, cause: string): Promise<void> {
  await ledger.step(jobId, { state: 'failed', error: cause })
}
