import { EXIT, FlinkopsError } from '../errors.js'
import type { CleanupLock } from '../ports-lock.js'
import { keyOfCopy, listCopies, type Place } from './copies.js'
import { type CopyStorage, putBack } from './execute-copies.js'
import { withLocks } from './with-locks.js'

export interface PutBackInput {
  places: Place[]
  /** Keys of what the plan of now deletes: that stays taken. */
  wanted: { has(key: string): boolean }
  storage: CopyStorage & CleanupLock
  signal: AbortSignal
}

/**
 * Puts back what runs that were cut off took and the plan of now keeps. Where a run is still going its copies are its own affair. Answers how many came back.
 */
export async function putBackKept({ places, wanted, storage, signal }: PutBackInput): Promise<number> {
  let count = 0
  for (const place of places) {
    const kept = async () => (await listCopies(storage, place, signal)).copies.filter((copy) => !wanted.has(keyOfCopy(copy)))
    const [first] = await kept()
    if (first === undefined) continue
    const { runId } = first
    const locked = { locks: storage, containers: [{ account: place.account, container: place.container }], runId, signal }
    try {
      count += await withLocks(locked, async (held) => putBack(await kept(), { storage, signal: held }))
    } catch (error) {
      if (!(error instanceof FlinkopsError) || error.exitCode !== EXIT.locked) throw error
    }
  }
  return count
}
