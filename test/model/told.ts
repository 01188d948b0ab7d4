import type { SimJob } from './job.js'

export interface Telling {
  has(fact: Fact, job: SimJob): boolean
}

/** As if everything had been told. */
export const TOLD_ALL: Telling = { has: () => true }

/** `savepoint …`: that the savepoint at that path is the run's. */
type Fact = 'name' | 'restored' | 'config' | 'finished' | 'running' | `savepoint ${string}`

/**
 * What one machine's tool was told of each run by a cluster or an archive. The truth does not ask for it; it only keeps from blaming the tool
 * for what nobody ever said.
 */
export class Told implements Telling {
  readonly #facts = new Set<string>()

  add(fact: Fact, job: SimJob): void {
    this.#facts.add(`${fact} ${job.key}`)
  }

  has(fact: Fact, job: SimJob): boolean {
    return this.#facts.has(`${fact} ${job.key}`)
  }
}
