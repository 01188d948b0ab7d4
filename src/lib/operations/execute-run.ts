import { FlinkopsError, refusedError } from '../errors.js'
import { jsonBytes, READABLE_BYTES } from '../large-json.js'
import type { StorageEraser } from '../ports-erase.js'
import type { CleanupLock } from '../ports-lock.js'
import type { RunRecorder } from '../ports-record.js'
import type { RunJournal } from '../ports-runs.js'
import { locationKey } from '../state/location.js'
import { executeCleanup } from './execute-cleanup.js'
import type { Deletion, ExecuteProgress, ExecuteResult } from './execution.js'
import { withLocks } from './with-locks.js'

export interface ExecuteRunInput {
  record: { runId: string; waves: Deletion[][] }
  /** Keys that an earlier attempt at this run settled. */
  settled: ReadonlySet<string>
  /** Every container that the plan touches. */
  containers: { account: string; container: string }[]
  /** Looks again right before the first delete: what to spare, or why not to go on. */
  recheck: (signal: AbortSignal) => Promise<{ state: 'go'; spare: ReadonlySet<string> } | { state: 'abort'; why: string }>
  storage: StorageEraser & CleanupLock & RunRecorder
  runs: RunJournal
  signal: AbortSignal
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Blobs a second, at most; `null`: as many as the account takes. */
  maxRate?: number | null
  onProgress?: (progress: ExecuteProgress) => void
  /** A plan that takes more bytes is refused. */
  mostPlanBytes?: number
}

/** A confirmed plan, carried out: lock, journal, re-check, delete, give the lock back. A lost lock ends the run at once. */
export async function executeRun(input: ExecuteRunInput): Promise<ExecuteResult> {
  const { storage, containers, record } = input
  return withLocks({ locks: storage, containers, runId: record.runId, signal: input.signal }, async (signal) => {
    const { spare } = await prepare(input, signal).catch(sayNothingWasDeleted)
    const result = await executeCleanup({ ...executing(input), spare, signal })
    await leaveResult(input, result)
    return result
  })
}

async function prepare(input: ExecuteRunInput, signal: AbortSignal): Promise<{ spare: ReadonlySet<string> }> {
  await journal(input, signal)
  const checked = await input.recheck(signal)
  if (checked.state === 'go') return checked
  throw refusedError('RECHECK', `The plan does not hold any more: ${checked.why}.`, 'Plan again: flinkops cleanup')
}

/** Whoever confirmed a plan wants to know first what became of it. */
function sayNothingWasDeleted(error: unknown): never {
  if (!(error instanceof FlinkopsError)) throw error
  const { code, exitCode, cause } = error
  throw new FlinkopsError(error.message, { code, exitCode, cause, suggestions: ['Nothing was deleted.', ...error.suggestions] })
}

/** On disk and next to the data, both before the first delete. */
async function journal(input: ExecuteRunInput, signal: AbortSignal): Promise<void> {
  const { record, containers, storage, runs, mostPlanBytes = READABLE_BYTES } = input
  const { runId } = record
  const json = jsonBytes(record)
  if (json.length > mostPlanBytes) throw tooLong(json.length)
  const copying = async () => {
    for (const place of containers) await storage.record({ ...place, runId, file: 'plan.json', json, signal })
  }
  for (const one of await Promise.allSettled([runs.planned(runId, json), copying()])) if (one.status === 'rejected') throw one.reason
}

/** Neither `--resume` nor `undo` could read it. */
function tooLong(bytes: number): FlinkopsError {
  return refusedError(
    'PLAN_TOO_LONG',
    `The plan takes ${(bytes / 1e9).toFixed(1)} GB, and nobody could read it back to finish or undo the run.`,
    'Plan less at once: one job after the other with --job, or a part of the container with --root; where one job has that many orphans, the older ones first with a longer --grace.',
  )
}

function executing(input: ExecuteRunInput) {
  const { record, settled, storage, runs, sleep, maxRate = null, onProgress } = input
  const left = (wave: Deletion[]) => (settled.size === 0 ? wave : wave.filter((one) => !settled.has(locationKey(one))))
  const waves = record.waves.map(left)
  return { runId: record.runId, waves, storage, runs, sleep, maxRate, ...(onProgress && { onProgress }) }
}

/** Only a copy for whoever looks later: what it says is in the journal, so a failure to leave it changes nothing. */
async function leaveResult(input: ExecuteRunInput, result: ExecuteResult): Promise<void> {
  const json = jsonBytes(result)
  const signal = AbortSignal.timeout(10_000)
  const places = input.containers.map((place) =>
    input.storage.record({ ...place, runId: input.record.runId, file: 'result.json', json, signal }),
  )
  await Promise.allSettled(places)
}
