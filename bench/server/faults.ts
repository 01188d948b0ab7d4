/** What the service is to get wrong, and how slow it is to be; may be changed while it runs. */
export interface Faults {
  /** Share of requests that are answered 503. */
  busyShare: number
  /** Share of parts of a batch that are answered 503. */
  busyPartShare: number
  /** Seconds in `Retry-After` of a 503; 0 = there is none. */
  retryAfterSeconds: number
  /** Share of deletes (single, or whole batches) that are done, and whose answer is never sent. */
  dropShare: number
  /** Added to each answer. */
  latencyMs: number
  /** Requests a second that are let through; what is over is answered 503; 0 = no limit. */
  requestsPerSecond: number
  /** Entries that a page of a listing has at most. */
  pageSize: number
  /** An account with a hierarchical namespace refuses batches. */
  hierarchical: boolean
}

export const NO_FAULTS: Faults = {
  busyShare: 0,
  busyPartShare: 0,
  retryAfterSeconds: 0,
  dropShare: 0,
  latencyMs: 0,
  requestsPerSecond: 0,
  pageSize: 5000,
  hierarchical: false,
}

/** Decides by lot, the same in every run. */
export class Lots {
  #state = 0x2545f491
  #second = 0
  #inSecond = 0

  draw(share: number): boolean {
    if (share <= 0) return false
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) / 0x1_0000_0000 < share
  }

  /** Whether one more request is over the rate. */
  isOver(requestsPerSecond: number): boolean {
    if (requestsPerSecond <= 0) return false
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#second) this.#inSecond = 0
    this.#second = second
    return ++this.#inSecond > requestsPerSecond
  }
}
