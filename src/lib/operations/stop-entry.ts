import { randomBytes } from 'node:crypto'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager, Journal, JournalOperation, StorageReader } from '../ports.js'
import type { ManifestJob } from '../state/manifest.js'
import { askOnce, isRefusal } from './ask-once.js'
import { type AwaitProgress, awaitOperation, type OperationEnd } from './await-operation.js'
import { checkPath } from './check-path.js'
import type { Ledger } from './ledger.js'
import { savepointSince } from './recover-operation.js'
import { hasEnded } from './resolve-job.js'

/** What waiting for a stop takes. */
export interface SettleInput {
  jobId: string
  ledger: Ledger
  format: 'CANONICAL' | 'NATIVE'
  /** One that is waited for while it is away. */
  jobManager: JobManager
  /** The same, not waited for: the wait for the operation goes by storage where nobody answers any more. */
  plainJobManager: JobManager
  journal: Journal
  storage: StorageReader
  signal: AbortSignal
  now: () => number
  onProgress: (job: ManifestJob, progress: AwaitProgress) => void
  /** The first answer of a wait that was no word of Flink; it is waited through. */
  onTrouble: (job: ManifestJob, problem: FlinkopsError) => void
  /** How long a JobManager may be silent; `Infinity` where `--timeout` ends the wait. */
  longestMs: number
}

export interface StopEntryInput extends SettleInput {
  /** Where the savepoint goes; written down, so that it can be looked for there. */
  target: string
  drain: boolean
  onTriggered: (operation: JournalOperation, isAttached: boolean) => void
}

/** How often a stop that a JobManager took with it is asked for once more in one run. */
const MOST_REPEATS = 3
/** A leader is elected anew in less. */
const GONE_MS = 60_000

/**
 * Stops one job of a window, or takes up a stop that an earlier run has asked for. Its end stands in the ledger: stopped with the path,
 * or failed with Flink's verdict; without a verdict it stays `stopping`, under its trigger id. Throws only what ends the whole window: an
 * interruption, a journal that cannot be written.
 */
export async function stopEntry(input: StopEntryInput): Promise<void> {
  try {
    const before = operationOf(entryOf(input), input)
    if (before !== null) input.onTriggered(before, true)
    const operation = before ?? (await begin(input))
    if (before === null && !(await isTaken(input, operation))) return
    for (let left = MOST_REPEATS; !(await isSettled(input, operation, left > 0)); left--) if (!(await isTaken(input, operation))) return
  } catch (error) {
    await noteTrouble(input, error)
  }
}

/** Waits for a stop that an earlier run has asked for, and asks for none: a job that it has not reached is planned again. */
export async function settleEntry(input: SettleInput): Promise<void> {
  try {
    const operation = operationOf(entryOf(input), input)
    if (operation === null || (await isSettled(input, operation, true))) return
    await input.ledger.step(input.jobId, { state: 'planned', triggerId: null, triggeredAt: null })
  } catch (error) {
    await noteTrouble(input, error)
  }
}

/** Waits until the stop has an end, and writes it down; `false` where the JobManager does not know of it and the job is up. */
async function isSettled(input: SettleInput, operation: JournalOperation, mayBeLost: boolean): Promise<boolean> {
  const { plainJobManager: jobManager, longestMs } = input
  try {
    const end = await awaitOperation({
      ...input,
      operation,
      jobManager,
      defaultTarget: operation.targetDirectory,
      onProgress: (progress) => input.onProgress(entryOf(input), progress),
      onTrouble: (problem) => input.onTrouble(entryOf(input), problem),
      endurance: { longestMs, goneMs: GONE_MS, isAttached: false },
    })
    await settle(input, operation, end)
    return true
  } catch (error) {
    if (!(mayBeLost && error instanceof FlinkopsError && error.code === 'STOP_LOST')) throw error
    return false
  }
}

/** Only Flink's verdict fails a job: whatever else came leaves it as it stands, with what came. */
async function noteTrouble(input: SettleInput, error: unknown): Promise<void> {
  if (endsEverything(error, input.signal)) throw error
  const message = error instanceof Error ? error.message : String(error)
  const isVerdict = error instanceof FlinkopsError && VERDICTS.has(error.code)
  const { state } = entryOf(input)
  await input.ledger.step(input.jobId, { state: isVerdict && state === 'stopping' ? 'failed' : state, error: message })
}

/** There is nothing left to ask for under that trigger id. */
const VERDICTS = new Set(['OPERATION_UNKNOWN', 'STOP_LOST', 'SAVEPOINT_AMBIGUOUS'])

/** Ctrl-C, `--timeout`, and what must not go unrecorded. */
export function endsEverything(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted || !(error instanceof FlinkopsError)) return true
  return ['JOURNAL_UNWRITABLE', 'JOURNAL_NOT_OWN'].includes(error.code) || error.exitCode === EXIT.unreachable
}

function entryOf({ ledger, jobId }: SettleInput): ManifestJob {
  return ledger.job(jobId)
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
  return operation
}

/** Asks for the stop, also a second time under its id: Flink takes it once. `false` where it was refused: nothing was begun. */
async function isTaken(input: StopEntryInput, operation: JournalOperation): Promise<boolean> {
  const { jobManager, journal, drain, signal, now } = input
  const { jobId, triggerId, format, targetDirectory } = operation
  const request = { jobId, triggerId, format, drain, ...(targetDirectory !== null && { targetDirectory }) }
  try {
    await askOnce(() => jobManager.triggerStop(request, signal), { signal, now })
    return true
  } catch (error) {
    if (signal.aborted || !isRefusal(error)) throw error
    await journal.operationEnded(triggerId, { state: 'failed', cause: error.message, atMs: now() })
    await fail(input, `the stop was not taken: ${error.message}`)
    return false
  }
}

async function settle(input: SettleInput, operation: JournalOperation, end: OperationEnd): Promise<void> {
  if (end.state === 'completed') {
    await input.journal.operationEnded(operation.triggerId, { state: 'completed', path: end.location, atMs: input.now() })
    return stopped(input, end.location, end.isRecovered ? recoveredWords(end) : null)
  }
  await input.journal.operationEnded(operation.triggerId, { state: 'failed', cause: end.cause, atMs: input.now() })
  if (end.savepointPath === null && (await isUp(input))) return fail(input, end.cause)
  const path = end.savepointPath ?? (await savepointSince({ ...input, operation, defaultTarget: operation.targetDirectory }))
  if (path === null) return fail(input, `${end.cause}. It is DOWN, and no savepoint of it was completed`)
  return stopped(input, path, `it failed while stopping, after its savepoint was completed: ${end.cause}`)
}

function recoveredWords({ isUnseen }: Extract<OperationEnd, { state: 'completed' }>): string {
  if (isUnseen) return 'no JobManager answers any more; this is the newest savepoint since, and whether the job is down nobody has seen'
  return 'the JobManager had forgotten the stop; this is the newest savepoint since'
}

/**
 * Looks for the savepoint of a job that is down although its stop is said to have failed: another stop may have come first, or an earlier
 * run took a passing error for the end. Stopped, with the path, where there is one.
 */
export async function findStopped(input: SettleInput): Promise<void> {
  const operation = operationOf({ ...entryOf(input), state: 'stopping' }, input)
  if (operation === null) return
  const path = await savepointSince({ ...input, operation, defaultTarget: operation.targetDirectory })
  if (path !== null) await stopped(input, path, 'its stop was said to have failed; this is the newest savepoint since')
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
