import type { CleanupLock } from '../ports-lock.js'
import type { UndeleteOutcome } from '../ports-record.js'
import { lastSegment } from '../state/layout.js'
import { locationKey } from '../state/location.js'
import type { Age } from '../taken.js'
import { mapConcurrently } from './concurrently.js'
import { type Copy, keyOfCopy, listCopies } from './copies.js'
import { type CopyStorage, noteAges, putBack } from './execute-copies.js'
import type { Deletion } from './execution.js'
import { containersOf, type RunRecord } from './run-record.js'
import { findLiving, type LivingTreesInput, treeKeyOf } from './undo-living.js'
import { withLocks } from './with-locks.js'

export interface UndoResult {
  restoredBlobs: number
  restoredBytes: number
  /** Never deleted by the run, or brought back before. */
  there: number
  /** What lies there, or is kept, under the name is another version: not what the run deleted. */
  other: string[]
  /** Would come back into a tree that lives again, with why. */
  living: { path: string; why: string }[]
  /** Cannot come back: neither soft-deleted nor an earlier version. */
  lost: string[]
  failed: { path: string; code: string }[]
  /** `false`: the service has no undelete at all. */
  offersUndelete: boolean
}

export interface UndoInput {
  record: RunRecord
  /** Keys that the run's journal says were not deleted by it: gone before, another version, spared. */
  untouched?: ReadonlySet<string>
  /** Who is asked which trees live again; under the lock. */
  looks: () => Promise<Pick<LivingTreesInput, 'readers' | 'gathered'>>
  storage: CopyStorage & CleanupLock
  signal: AbortSignal
  onRestored?: (blobs: number) => void
}

/**
 * Brings back what a run deleted, version by version: directories and files before the `_metadata` that names them, so that no snapshot is
 * addressable before it is whole; a snapshot whose files cannot all come back stays deleted. Nothing comes back into a tree that lives again.
 * Under the clean-up lock: a run that goes on would delete again.
 */
export async function undoRun(input: UndoInput): Promise<UndoResult> {
  const { record, storage } = input
  const locked = { locks: storage, containers: containersOf(record), runId: record.runId, signal: input.signal }
  return withLocks(locked, async (signal) => {
    const living = await findLiving({ ...(await input.looks()), record, signal })
    const listed = await mapConcurrently(locked.containers, 1, (place) => listCopies(storage, place, signal))
    const copies = listed.flatMap((one) => one.copies).filter(({ runId }) => runId === record.runId)
    const undo = new Undo({ ...input, signal }, living, copies)
    for (const wave of record.waves.toReversed()) await mapConcurrently(wave, 16, (one) => undo.one(one))
    await noteAges(undo.aged, { storage, signal })
    return undo.result
  })
}

class Undo {
  readonly result: UndoResult = {
    restoredBlobs: 0,
    restoredBytes: 0,
    there: 0,
    other: [],
    living: [],
    lost: [],
    failed: [],
    offersUndelete: true,
  }
  /** `_metadata` that came back with another ETag or date than it had. */
  readonly aged: { place: Deletion & { runId: string }; age: Age }[] = []
  readonly #input: UndoInput
  readonly #living: Map<string, string>
  readonly #copies: Map<string, Copy>
  /** Keys of what must not come back since what it needs has not. */
  readonly #unfit = new Set<string>()

  constructor(input: UndoInput, living: Map<string, string>, copies: Copy[]) {
    this.#input = input
    this.#living = living
    this.#copies = new Map(copies.map((copy) => [keyOfCopy(copy), copy]))
  }

  async one(one: Deletion): Promise<void> {
    const key = locationKey(one)
    const why = this.#living.get(treeKeyOf(one))
    if (why !== undefined) this.result.living.push({ path: key, why })
    else if (this.#input.untouched?.has(key)) this.result.there++
    else if (this.#unfit.has(key)) this.result.lost.push(key)
    else if (!(await this.#fromCopy(key, one))) await this.#undelete(one)
  }

  /** A run that was cut off has copies of the `_metadata` that it took. */
  async #fromCopy(key: string, one: Deletion): Promise<boolean> {
    const copy = this.#copies.get(key)
    const { storage, signal } = this.#input
    if (copy === undefined || (await putBack([copy], { storage, signal })) === 0) return false
    this.#count(one)
    return true
  }

  async #undelete(one: Deletion): Promise<void> {
    const { account, container, name, etag } = one
    const { storage, signal } = this.#input
    const outcome = await storage.undelete({ account, container, name, etag, signal })
    if (outcome.state === 'restored') {
      this.#count(one)
      this.#noteAge(one, outcome)
    } else if (outcome.state === 'there' && (outcome.etag === etag || lastSegment(name) !== '_metadata')) this.result.there++
    else this.#fail(one, outcome)
  }

  #fail(one: Deletion, outcome: Exclude<UndeleteOutcome, { state: 'restored' }>): void {
    const key = locationKey(one)
    if (outcome.state === 'notOffered') this.result.offersUndelete = false
    if (outcome.state === 'failed') this.result.failed.push({ path: key, code: outcome.code })
    else if (outcome.state === 'there' || outcome.state === 'other') this.result.other.push(key)
    else this.result.lost.push(key)
    if (one.reason !== 'marker') for (const before of one.after) this.#unfit.add(before)
  }

  #count(one: Deletion): void {
    this.result.restoredBlobs++
    this.result.restoredBytes += one.sizeBytes
    this.#input.onRestored?.(this.result.restoredBlobs)
  }

  #noteAge(one: Deletion, now: Extract<UndeleteOutcome, { state: 'restored' }>): void {
    const { name, etag } = one
    if (lastSegment(name) !== '_metadata' || now.wasModifiedMs === null) return
    if (now.etag === etag && now.lastModifiedMs === now.wasModifiedMs) return
    const age: Age = { name, etag: now.etag, was: { etag, lastModifiedMs: now.wasModifiedMs, createdMs: null } }
    this.aged.push({ place: { ...one, runId: this.#input.record.runId }, age })
  }
}
