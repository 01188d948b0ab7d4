import { EXIT, FlinkopsError } from '../../src/lib/errors.js'
import type { ContainerEraser, StorageEraser } from '../../src/lib/ports-erase.js'
import type { CleanupLock, HeldLock } from '../../src/lib/ports-lock.js'
import type { RunRecorder, UndeleteOutcome, Undeleter } from '../../src/lib/ports-record.js'
import type { RunJournal } from '../../src/lib/ports-runs.js'
import type { Pause } from './ports.js'
import type { World } from './world.js'

type Place = { container: string; runId: string; file: string }

/** What a run needs of the account beside reading. */
export class SimStorage implements StorageEraser, CleanupLock, RunRecorder, Undeleter {
  readonly #world: World
  readonly #pause: Pause
  readonly #eraser: (container: string) => ContainerEraser
  /** Told right before a blob comes back. */
  readonly #beforeUndelete: (path: string) => void

  constructor(
    world: World,
    pause: Pause,
    parts: { eraser: (container: string) => ContainerEraser; beforeUndelete: (path: string) => void },
  ) {
    this.#world = world
    this.#pause = pause
    this.#eraser = parts.eraser
    this.#beforeUndelete = parts.beforeUndelete
  }

  eraser(_account: string, container: string): Promise<ContainerEraser> {
    return Promise.resolve(this.#eraser(container))
  }

  /** Two clean-ups of one container never delete at the same time. */
  async acquire({ container, runId }: { container: string; runId: string }): Promise<HeldLock> {
    await this.#pause()
    const { locks } = this.#world
    const holder = locks.get(container)
    if (holder !== undefined && holder !== runId)
      throw new FlinkopsError(`${container} is locked by run ${holder}`, { code: 'LOCKED', exitCode: EXIT.locked })
    locks.set(container, runId)
    const release = () => {
      locks.delete(container)
      return Promise.resolve()
    }
    return { lost: new AbortController().signal, release }
  }

  async record({ json, ...place }: Place & { json: Uint8Array }): Promise<void> {
    await this.#pause()
    this.#world.records.set(recordKey(place), json)
  }

  async recorded(place: Place): Promise<Uint8Array | null> {
    await this.#pause()
    return this.#world.records.get(recordKey(place)) ?? null
  }

  async undelete({ container, name }: { container: string; name: string }): Promise<UndeleteOutcome> {
    await this.#pause()
    const path = `${container}/${name}`
    if (!this.#world.store.keepsDeleted) return { state: 'notOffered' }
    if (!this.#world.store.has(path)) this.#beforeUndelete(path)
    const state = this.#world.store.undelete(path, this.#world.hasVersions)
    if (state === 'restored') this.#world.hasMovedDates = true
    this.#world.trace(() => `UNDO ${path}: ${state}`)
    return { state }
  }
}

function recordKey({ container, runId, file }: Place): string {
  return `${container}/${runId}/${file}`
}

/** The runs of one machine. */
export class SimRuns implements RunJournal {
  readonly #pause: Pause
  readonly #runs: SimRunFiles

  constructor(runs: SimRunFiles, pause: Pause) {
    this.#runs = runs
    this.#pause = pause
  }

  async planned(runId: string, json: Uint8Array): Promise<void> {
    await this.#pause()
    this.#run(runId).plan = JSON.parse(Buffer.from(json).toString())
  }

  async progress(runId: string, entries: readonly unknown[]): Promise<void> {
    await this.#pause()
    this.#run(runId).entries.push(...entries)
  }

  #run(runId: string): { plan: unknown; entries: unknown[] } {
    const run = this.#runs.get(runId) ?? { plan: null, entries: [] }
    this.#runs.set(runId, run)
    return run
  }

  plan(runId: string): Promise<unknown> {
    return Promise.resolve(this.#runs.get(runId)?.plan ?? null)
  }

  entries(runId: string): Promise<unknown[]> {
    return Promise.resolve([...(this.#runs.get(runId)?.entries ?? [])])
  }

  runs(): Promise<string[]> {
    return Promise.resolve([...this.#runs].flatMap(([runId, { plan }]) => (plan === null ? [] : [runId])))
  }
}

export type SimRunFiles = Map<string, { plan: unknown; entries: unknown[] }>
