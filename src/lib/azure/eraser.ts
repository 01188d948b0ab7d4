import type { BlobVersion, ContainerEraser, DeleteOutcome } from '../ports-erase.js'
import { fitsBatch } from './batch-request.js'
import { sendBatch } from './delete-batch.js'
import { deleteOne, settled } from './delete-one.js'
import { storageError } from './errors.js'
import { withGrace } from './grace.js'
import { type DeleteAnswer, judge } from './judgement.js'
import { statBlob } from './read.js'
import { attemptOf, type Target } from './target.js'
import { openWire, type Wire } from './wire.js'

/** The service's own limit. */
const MAX_BATCH = 256
/** Looks, and deletes one by one, that stand in for one batch. */
const IN_FLIGHT = 8
/** How long the answer to a batch is waited for that was sent before the run had to end. */
const GRACE_MS = 10_000

/** Error codes of parts that say: not by batch, not in this account. */
const TURNED_DOWN = new Set(['BlobApiNotYetSupportedInHierarchicalNamespaceAccounts', 'FeatureNotSupported', 'UnsupportedHttpVerb'])

/** Deletes by Blob Batch, and one by one where the service turns batches down (hierarchical namespace, some emulators). */
export function containerEraser(target: Target): ContainerEraser {
  return new Eraser(target)
}

class Eraser implements ContainerEraser {
  readonly account: string
  readonly container: string
  readonly #target: Target
  #perRequest = MAX_BATCH
  #wire: Promise<Wire> | undefined

  constructor(target: Target) {
    this.account = target.account
    this.container = target.container
    this.#target = target
  }

  get perRequest(): number {
    return this.#perRequest
  }

  async delete({ blobs, signal }: { blobs: readonly BlobVersion[]; signal: AbortSignal }): Promise<DeleteOutcome[]> {
    const isBatch = this.#perRequest > 1 && blobs.length > 1 && blobs.length <= MAX_BATCH && blobs.every(fitsBatch)
    if (!isBatch) return this.#oneByOne(blobs, signal)
    const outcomes = await withGrace(signal, GRACE_MS, (late) => this.#batch(blobs, signal, late)).catch(hopeless(blobs))
    return outcomes ?? this.#oneByOne(blobs, signal)
  }

  #oneByOne(blobs: readonly BlobVersion[], signal: AbortSignal): Promise<DeleteOutcome[]> {
    return eachOf(blobs, (blob) => deleteOne(this.#target, blob, signal))
  }

  /** `null`: batches are turned down here. */
  async #batch(blobs: readonly BlobVersion[], signal: AbortSignal, late: AbortSignal): Promise<DeleteOutcome[] | null> {
    this.#wire ??= openWire(this.#target.client)
    const answer = await sendBatch(this.#target, await this.#wire, { blobs, signal: late, mayRepeat: () => !signal.aborted })
    switch (answer.state) {
      case 'busy':
        return blobs.map(() => answer.busy)
      case 'turnedDown':
        this.#perRequest = 1
        return null
      case 'parts':
        return eachOf(blobs, (blob, at) => {
          const part = answer.parts[at] ?? null
          return deletedBy(part) ?? this.#outcomeOf(blob, part, signal, late)
        })
    }
  }

  async #outcomeOf(blob: BlobVersion, part: DeleteAnswer | null, signal: AbortSignal, late: AbortSignal): Promise<DeleteOutcome> {
    try {
      if (part === null) return await this.#ask(blob, signal, late)
      // A token that is of another tenant than the account's is asked for anew by the SDK's own requests; parts cannot do that.
      if (part.status === 401 || TURNED_DOWN.has(part.code ?? '')) {
        this.#perRequest = 1
        return await deleteOne(this.#target, blob, signal)
      }
      const judged = judge(part)
      if (judged.state !== 'refused') return await settled(this.#target, blob, judged, late)
      throw storageError({ statusCode: part.status, code: part.code }, attemptOf(this.#target, `delete ${blob.name}`, true), late)
    } catch (error) {
      return { state: 'hopeless', error }
    }
  }

  /** The batch's answer said nothing certain of this blob: a look tells whether it is still there, and then it is deleted by itself. */
  async #ask(blob: BlobVersion, signal: AbortSignal, late: AbortSignal): Promise<DeleteOutcome> {
    const found = await statBlob(this.#target, { name: blob.name, signal: late })
    if (found === null) return { state: 'gone' }
    return found.etag === blob.etag ? deleteOne(this.#target, blob, signal) : { state: 'changed' }
  }
}

function hopeless(blobs: readonly BlobVersion[]): (error: unknown) => DeleteOutcome[] {
  return (error) => blobs.map(() => ({ state: 'hopeless', error }))
}

/** What nearly all parts say, and no more need be asked. */
function deletedBy(part: DeleteAnswer | null): DeleteOutcome | null {
  const judged = part === null ? null : judge(part)
  return judged?.state === 'deleted' ? judged : null
}

/** Over all, some at a time, in their order. */
async function eachOf<T, R extends object>(items: readonly T[], work: (item: T, at: number) => R | Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at]
      const result = item === undefined ? undefined : work(item, at)
      if (result !== undefined) results[at] = result instanceof Promise ? await result : result
    }
  }
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, worker))
  return results
}
