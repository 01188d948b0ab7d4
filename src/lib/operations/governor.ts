/** Requests in flight at the start and at most, for requests that carry many blobs; of single ones it may be as many times more. */
const FIRST = 4
const MOST = 16
const SINGLE_FACTOR = 4
const FIRST_WAIT_MS = 250
const MOST_STRAIN = 5

/** Does one request and answers which share of it the service was too busy for, and how long it asked to be left alone. */
export type Work = () => Promise<{ busyShare: number; waitMs?: number }>

/**
 * How much is in flight: a little more with each request that went through, less by the share that met a busy service (the additive
 * increase and multiplicative decrease of TCP), and a pause of random length in between, so that requests that were turned away together do
 * not come back together.
 */
export class Governor {
  readonly #pause: (ms: number) => Promise<void>
  readonly #random: () => number
  #limit = FIRST
  #strain = 0

  constructor(options: { pause: (ms: number) => Promise<void>; random?: () => number }) {
    this.#pause = options.pause
    this.#random = options.random ?? Math.random
  }

  /** Requests that may be in flight now. */
  limit(isSingle: boolean): number {
    return Math.max(1, Math.floor(this.#limit * (isSingle ? SINGLE_FACTOR : 1)))
  }

  /** Does all that `next` gives, until it gives nothing more; what `next` gives must not throw. */
  async drain(next: () => { isSingle: boolean; work: Work } | null): Promise<void> {
    const running = new Set<Promise<void>>()
    for (let one = next(); one !== null; one = next()) {
      const ended: Promise<void> = this.#run(one.work).finally(() => running.delete(ended))
      running.add(ended)
      while (running.size >= this.limit(one.isSingle)) await Promise.race(running)
    }
    await Promise.all(running)
  }

  async #run(work: Work): Promise<void> {
    const { busyShare, waitMs = 0 } = await work()
    this.#strain = Math.min(MOST_STRAIN, Math.max(0, this.#strain + 2 * busyShare - 1))
    this.#limit = Math.min(MOST, Math.max(1, this.#limit * (1 - busyShare / 2) + (1 - busyShare) / this.#limit))
    if (busyShare > 0) await this.#pause(Math.max(waitMs, busyShare * jittered(FIRST_WAIT_MS * 2 ** this.#strain, this.#random)))
  }
}

/** Half to one and a half of it. */
export function jittered(ms: number, random: () => number = Math.random): number {
  return ms * (0.5 + random())
}
