import type { CleanupLock } from '../ports-lock.js'
import type { Undeleter } from '../ports-record.js'
import { locationKey } from '../state/location.js'
import { mapConcurrently } from './concurrently.js'
import type { Deletion } from './execution.js'
import { containersOf, type RunRecord } from './run-record.js'
import { withLocks } from './with-locks.js'

export interface UndoResult {
  restoredBlobs: number
  restoredBytes: number
  /** Never deleted, or brought back before. */
  there: number
  /** Cannot come back: neither soft-deleted nor an earlier version. */
  lost: string[]
  failed: { path: string; code: string }[]
  /** `false`: the service has no undelete at all. */
  offersUndelete: boolean
}

export interface UndoInput {
  record: RunRecord
  storage: Undeleter & CleanupLock
  signal: AbortSignal
  onRestored?: (blobs: number) => void
}

/**
 * Brings back what a run deleted: directories and files before the `_metadata` that names them, so that no snapshot is addressable before
 * it is whole; a snapshot whose files cannot all come back stays deleted. Under the clean-up lock: a run that goes on would delete again.
 */
export async function undoRun(input: UndoInput): Promise<UndoResult> {
  const { record, storage } = input
  const result: UndoResult = { restoredBlobs: 0, restoredBytes: 0, there: 0, lost: [], failed: [], offersUndelete: true }
  const unfit = new Set<string>()
  const locked = { locks: storage, containers: containersOf(record), runId: record.runId, signal: input.signal }
  await withLocks(locked, async (signal) => {
    for (const wave of record.waves.toReversed()) {
      await mapConcurrently(wave, 16, async (one) => {
        if (unfit.has(locationKey(one))) result.lost.push(locationKey(one))
        else await undo(one, { ...input, signal }, result, unfit)
      })
    }
  })
  return result
}

async function undo(one: Deletion, input: UndoInput, result: UndoResult, unfit: Set<string>): Promise<void> {
  const { account, container, name } = one
  const outcome = await input.storage.undelete({ account, container, name, etag: one.etag, signal: input.signal })
  switch (outcome.state) {
    case 'restored':
      result.restoredBlobs++
      result.restoredBytes += one.sizeBytes
      input.onRestored?.(result.restoredBlobs)
      return
    case 'there':
      result.there++
      return
    case 'notOffered':
      result.offersUndelete = false
      result.lost.push(locationKey(one))
      break
    case 'other':
    case 'lost':
      result.lost.push(locationKey(one))
      break
    case 'failed':
      result.failed.push({ path: locationKey(one), code: outcome.code })
  }
  if (one.reason !== 'marker') for (const key of one.after) unfit.add(key)
}
