import { FlinkopsError, refusedError } from '../errors.js'
import { jsonBytes, READABLE_BYTES } from '../large-json.js'
import type { StorageEraser } from '../ports-erase.js'
import type { CleanupLock } from '../ports-lock.js'
import type { RunJournal } from '../ports-runs.js'
import type { LeftOut } from '../state/confirmed.js'
import { locationKey } from '../state/location.js'
import { mapConcurrently } from './concurrently.js'
import { keyOfCopy, listCopies } from './copies.js'
import { executeCleanup } from './execute-cleanup.js'
import { type CopyStorage, putBack, takeCopies } from './execute-copies.js'
import { CopyWatch } from './execute-watch.js'
import type { Deletion, ExecuteProgress, ExecuteResult } from './execution.js'
import type { Clusters } from './watch-clusters.js'
import { isMetadataWave } from './waves.js'
import { withLocks } from './with-locks.js'

export interface ExecuteRunInput {
  runId: string
  /** The plan, to be put on record before anything else; asked for once, so that nobody need hold it longer. */
  record: () => unknown
  /** Every container that the plan touches. */
  containers: { account: string; container: string }[]
  /** Looks again right before the first delete: what is deleted and what stays after all, or why not to go on. */
  recheck: (signal: AbortSignal) => Promise<Go | { state: 'abort'; why: string }>
  storage: StorageEraser & CleanupLock & CopyStorage
  runs: RunJournal
  signal: AbortSignal
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Blobs a second, at most; `null`: as many as the account takes. */
  maxRate?: number | null
  onProgress?: (progress: ExecuteProgress) => void
  now?: () => number
  /** A plan that takes more bytes is refused. */
  mostPlanBytes?: number
}

interface Go {
  state: 'go'
  waves: Deletion[][]
  left: LeftOut[]
  /** Whom to ask, while it goes, whether somebody was restored from what goes; absent = nobody. */
  clusters?: Clusters
}

/**
 * A confirmed plan, carried out: lock, journal, re-check, delete, give the lock back. A lost lock ends the run at once. Of each `_metadata` a copy lies in the
 * container until the run has come to its end.
 */
export async function executeRun(input: ExecuteRunInput): Promise<ExecuteResult> {
  const { storage, containers, runId, runs, sleep, maxRate = null, onProgress } = input
  return withLocks({ locks: storage, containers, runId, signal: input.signal }, async (signal) => {
    const go = await prepare(input, signal).catch(sayNothingWasDeleted)
    const watch = await takeAside(input, go, signal).catch(sayNothingWasDeleted)
    const asked = { runId, waves: go.waves, storage, runs, sleep, maxRate, signal, ...(onProgress && { onProgress }) }
    const result = withLeft(await executeCleanup(asked, watch), go.left)
    await leaveResult(input, result)
    if (!result.stopped) await watch?.close().catch(leaveCopies)
    return result
  })
}

/** Puts back what runs before took and this plan keeps, and writes copies of all `_metadata` that go. */
async function takeAside(input: ExecuteRunInput, { waves, clusters }: Go, signal: AbortSignal): Promise<CopyWatch | null> {
  const { storage, runId, runs, containers, sleep, now = Date.now } = input
  const metadata = waves.find(isMetadataWave) ?? []
  const wanted = new Set(metadata.map(locationKey))
  const listed = await mapConcurrently(containers, 1, (place) => listCopies(storage, place, signal))
  const earlier = listed.flatMap(({ copies }) => copies)
  const kept = earlier.filter((copy) => !wanted.has(keyOfCopy(copy)))
  await putBack(kept, { storage, signal })
  if (metadata.length === 0 || clusters === undefined) return null
  // Of an earlier try of the same run: as long as it stands there the copies count for nothing.
  for (const place of containers) {
    const result = { ...place, runId, file: 'result.json', signal } as const
    if ((await storage.recorded(result)) !== null) await storage.forget(result)
  }
  const copies = await takeCopies({ runId, metadata, earlier, storage, signal })
  return new CopyWatch({ runId, waves, copies, clusters, storage, runs, signal, asked: input.signal, now, sleep })
}

/** All is done, and what is left of the copies counts for nothing beside the result. */
function leaveCopies(error: unknown): void {
  if (!(error instanceof FlinkopsError)) throw error
}

async function prepare(input: ExecuteRunInput, signal: AbortSignal): Promise<Go> {
  await journal(input, signal)
  const checked = await input.recheck(signal)
  if (checked.state === 'go') {
    await noteLeft(input, checked.left)
    return checked
  }
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
  const { runId, containers, storage, runs, mostPlanBytes = READABLE_BYTES } = input
  const json = jsonBytes(await input.record())
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

const ENTRIES_A_SYNC = 10_000

/** Whoever looks later sees that nothing more is to be done about them. */
async function noteLeft({ runs, runId }: ExecuteRunInput, left: LeftOut[]): Promise<void> {
  for (let from = 0; from < left.length; from += ENTRIES_A_SYNC) await runs.progress(runId, left.slice(from, from + ENTRIES_A_SYNC))
}

function withLeft(result: ExecuteResult, left: LeftOut[]): ExecuteResult {
  const count = (outcome: LeftOut['outcome']) => left.reduce((sum, one) => sum + (one.outcome === outcome ? 1 : 0), 0)
  const { alreadyGone, changed, spared } = result
  return { ...result, alreadyGone: alreadyGone + count('gone'), changed: changed + count('changed'), spared: spared + count('spared') }
}

/** Only a copy for whoever looks later: what it says is in the journal, so a failure to leave it changes nothing. */
async function leaveResult(input: ExecuteRunInput, result: ExecuteResult): Promise<void> {
  const json = jsonBytes(result)
  const signal = AbortSignal.timeout(10_000)
  const places = input.containers.map((place) => input.storage.record({ ...place, runId: input.runId, file: 'result.json', json, signal }))
  await Promise.allSettled(places)
}
