import { setTimeout as sleep } from 'node:timers/promises'
import { cancelJob } from '../../sandbox/jobs.js'
import type { Random } from '../model/random.js'
import type { Fleet } from './fleet.js'
import { INCREMENTAL } from './jobs.js'
import type { Tally } from './tally.js'
import type { FireWorld } from './world.js'

export interface Blow {
  kind: 'taskmanager' | 'savepoint'
  afterMs: number
}

/** How all jobs end; the kills are SIGKILL, at a moment that nobody waited for. */
export const ENDINGS = ['jobmanager', 'jobmanager', 'both', 'taskmanager, then jobmanager', 'cancel', 'stop'] as const
export type Ending = (typeof ENDINGS)[number]

export class Blows {
  readonly #world: FireWorld
  readonly #fleet: Fleet
  readonly #random: Random
  readonly #tally: Tally

  constructor(world: FireWorld, fleet: Fleet, random: Random, tally: Tally) {
    this.#world = world
    this.#fleet = fleet
    this.#random = random
    this.#tally = tally
  }

  async strike(blow: Blow): Promise<void> {
    await sleep(blow.afterMs)
    if (blow.kind === 'savepoint') return this.#fleet.beginSavepoint(INCREMENTAL, this.#random.pick(['canonical', 'native']))
    await this.#killTaskManager()
    await sleep(this.#random.int(0, 2_000))
    await this.#world.fire.startTaskManager()
  }

  async end(ending: Ending): Promise<void> {
    this.#tally.add(`endings: ${ending}`)
    // Some JobManagers die while their jobs are still being brought back from the last blow.
    if (ending === 'cancel' || ending === 'stop' || this.#random.chance(0.7)) await this.#fleet.checkpoints()
    await sleep(this.#random.int(0, 2_000))
    if (ending === 'cancel') for (const jobId of this.#fleet.running.values()) await cancelJob(this.#world.fire.restUrl, jobId)
    else if (ending === 'stop') await this.#fleet.stopAll(this.#random.pick(['canonical', 'native']))
    else await this.#kill(ending)
    this.#fleet.running.clear()
  }

  async #kill(ending: Exclude<Ending, 'cancel' | 'stop'>): Promise<void> {
    const { fire } = this.#world
    if (ending === 'taskmanager, then jobmanager') {
      await this.#killTaskManager()
      await sleep(this.#random.int(0, 3_000))
    }
    await Promise.all([this.#killJobManager(), ending === 'both' ? this.#killTaskManager() : null])
    await sleep(this.#random.int(0, 3_000))
    await Promise.all([fire.startJobManager(), fire.startTaskManager()])
  }

  async #killTaskManager(): Promise<void> {
    this.#tally.add('kills: TaskManager')
    await this.#world.fire.killTaskManager()
  }

  async #killJobManager(): Promise<void> {
    this.#tally.add('kills: JobManager')
    await this.#world.fire.killJobManager()
  }
}
