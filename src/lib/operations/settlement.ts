import { EXIT, FlinkopsError } from '../errors.js'
import { locationKey } from '../state/location.js'
import { type Deletion, type ExecuteProgress, type ExecuteResult, NOTHING_DONE } from './execution.js'
import { isExpiredMetadata } from './waves.js'

/** How one delete ended. */
type Ending = { state: 'deleted' | 'gone' | 'changed' | 'busy' } | { state: 'failed'; code: string }

/** What became of a run's deletes so far, and what must stay because of it. */
export class Settlement {
  readonly result: ExecuteResult = { ...NOTHING_DONE, failed: [], needed: [] }
  /** Keys that stay: changed or failed. */
  readonly #staying = new Set<string>()
  /** Keys that stay since somebody needs them, or what they belong to. */
  readonly #spared = new Set<string>()
  /** Every `_metadata` of the plan that is gone, with its bytes if this run deleted it. */
  readonly #metadata = new Map<string, number | 'gone'>()

  /** Whether neither it nor what must be gone before it stays; what stays is counted. */
  mayGo(one: Deletion): boolean {
    if (this.#staying.size + this.#spared.size === 0) return true
    const key = locationKey(one)
    if (this.#spared.has(key) || one.after.some((before) => this.#spared.has(before))) {
      this.#spared.add(key)
      this.result.spared++
      return false
    }
    if (!this.#staying.has(key) && !one.after.some((before) => this.#staying.has(before))) return true
    this.#staying.add(key)
    this.result.changed++
    return false
  }

  /** A `_metadata` is there again, and what must not go before it stays. */
  takeBack(key: string): void {
    this.#spared.add(key)
    this.result.spared++
    const taken = this.#metadata.get(key)
    if (taken === 'gone') this.result.alreadyGone--
    if (taken === undefined || taken === 'gone') return
    this.result.deletedBlobs--
    this.result.deletedBytes -= taken
  }

  /** Nothing more is tried; what is done is reported, and the first reason. */
  stop(why: unknown): void {
    this.result.stopped = true
    this.result.problem ??= why instanceof Error ? why.message : String(why)
  }

  /** No right, no way there, Ctrl-C, a lost lock: what became of this blob is not always known. */
  giveUp(one: Deletion, error: unknown): void {
    this.#staying.add(locationKey(one))
    this.stop(error)
    if (error instanceof FlinkopsError && error.exitCode === EXIT.notAuthorised)
      this.result.failed.push({ path: locationKey(one), code: error.code })
    else this.result.uncertain++
  }

  count(one: Deletion, ending: Ending): void {
    switch (ending.state) {
      case 'deleted':
        this.result.deletedBlobs++
        this.result.deletedBytes += one.sizeBytes
        if (isExpiredMetadata(one)) this.#metadata.set(locationKey(one), one.sizeBytes)
        return
      case 'gone':
        this.result.alreadyGone++
        if (isExpiredMetadata(one)) this.#metadata.set(locationKey(one), 'gone')
        return
      case 'changed':
        this.#staying.add(locationKey(one))
        this.result.changed++
        return
      case 'busy':
      case 'failed':
        this.#staying.add(locationKey(one))
        this.result.failed.push({ path: locationKey(one), code: ending.state === 'failed' ? ending.code : 'ServerBusy' })
    }
  }

  progress(): ExecuteProgress {
    const { deletedBlobs, alreadyGone, changed, failed } = this.result
    return { deletedBlobs, settledBlobs: deletedBlobs + alreadyGone + changed + failed.length }
  }
}
