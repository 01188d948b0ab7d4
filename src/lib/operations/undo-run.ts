import type { Undeleter } from '../ports-record.js'
import { mapConcurrently } from './concurrently.js'
import type { Deletion } from './execution.js'
import type { RunRecord } from './run-record.js'

export interface UndoResult {
  restoredBlobs: number
  restoredBytes: number
  /** Never deleted, or brought back before. */
  there: number
  /** Cannot come back: neither soft-deleted nor an earlier version. */
  lost: string[]
  failed: { path: string; code: string }[]
}

export interface UndoInput {
  record: RunRecord
  undeleter: Undeleter
  signal: AbortSignal
  onRestored?: (blobs: number) => void
}

/**
 * Brings back what a run deleted: directories and files before the `_metadata` that names them, so that no snapshot is addressable before
 * it is whole; a snapshot whose files cannot all come back stays deleted.
 */
export async function undoRun(input: UndoInput): Promise<UndoResult> {
  const result: UndoResult = { restoredBlobs: 0, restoredBytes: 0, there: 0, lost: [], failed: [] }
  const unfit = new Set<string>()
  for (const wave of input.record.waves.toReversed()) {
    await mapConcurrently(wave, 16, async (one) => {
      if (unfit.has(one.key)) result.lost.push(one.key)
      else await undo(one, input, result, unfit)
    })
  }
  return result
}

async function undo(one: Deletion, input: UndoInput, result: UndoResult, unfit: Set<string>): Promise<void> {
  const { account, container, name } = one
  const outcome = await input.undeleter.undelete({ account, container, name, signal: input.signal })
  switch (outcome.state) {
    case 'restored':
      result.restoredBlobs++
      result.restoredBytes += one.sizeBytes
      input.onRestored?.(result.restoredBlobs)
      return
    case 'there':
      result.there++
      return
    case 'lost':
      result.lost.push(one.key)
      break
    case 'failed':
      result.failed.push({ path: one.key, code: outcome.code })
  }
  if (one.reason !== 'marker') for (const key of one.after) unfit.add(key)
}
