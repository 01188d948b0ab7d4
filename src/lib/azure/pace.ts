import { type EventLoopUtilization, performance } from 'node:perf_hooks'

const FIRST = 4
const MOST = 16
/** Busier than this share of the time, the process itself is what takes the time. */
const BUSY_SHARE = 0.7

/** How many requests may be under way: one more as long as this process mostly waits, half as many when the service is busy. */
export class Pace {
  #limit = FIRST
  #last: EventLoopUtilization = performance.eventLoopUtilization()

  get limit(): number {
    return this.#limit
  }

  /** Told after each answer. */
  answered({ wasBusy }: { wasBusy: boolean }): void {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#last)
    this.#last = now
    if (wasBusy) this.#limit = Math.max(1, this.#limit >> 1)
    else if (utilization < BUSY_SHARE) this.#limit = Math.min(MOST, this.#limit + 1)
  }
}
