import { EXIT, FlinkopsError } from '../../src/lib/errors.js'
import type { CopyKeeper } from '../../src/lib/ports-copies.js'
import type { ContainerEraser, StorageEraser } from '../../src/lib/ports-erase.js'
import type { CleanupLock, HeldLock } from '../../src/lib/ports-lock.js'
import type { RunRecorder, UndeleteOutcome, Undeleter } from '../../src/lib/ports-record.js'
import type { RunJournal } from '../../src/lib/ports-runs.js'
import type { Pause } from './ports.js'
import type { World } from './world.js'

type Place = { container: string; runId: string; file: string }

type Named = { container: string; name: string }

/** What runs leave in the containers. */
export class SimRecords implements RunRecorder {
  protected readonly world: World
  protected readonly pause: Pause

  constructor(world: World, pause: Pause) {
    this.world = world
    this.pause = pause
  }

  async record({ json, ...place }: Place & { json: Uint8Array }): Promise<void> {
    await this.pause()
    this.world.records.set(recordKey(place), json)
    await this.pause()
  }

  async recorded(place: Place): Promise<Uint8Array | null> {
    await this.pause()
    return this.world.records.get(recordKey(place)) ?? null
  }

  async recordFiles({ container }: { container: string }): Promise<{ runId: string; file: string }[]> {
    await this.pause()
    return [...this.world.records.keys()].flatMap((key) => {
      const [where, runId = '', ...file] = key.split('/')
      return where === container ? [{ runId, file: file.join('/') }] : []
    })
  }
}

/** What a run needs of the account beside reading. */
export class SimStorage extends SimRecords implements StorageEraser, CleanupLock, CopyKeeper, Undeleter {
  readonly #eraser: (container: string) => ContainerEraser
  /** Told right before a blob comes back. */
  readonly #beforeUndelete: (path: string) => void

  constructor(
    world: World,
    pause: Pause,
    parts: { eraser: (container: string) => ContainerEraser; beforeUndelete: (path: string) => void },
  ) {
    super(world, pause)
    this.#eraser = parts.eraser
    this.#beforeUndelete = parts.beforeUndelete
  }

  eraser(_account: string, container: string): Promise<ContainerEraser> {
    return Promise.resolve(this.#eraser(container))
  }

  /** Two clean-ups of one container never delete at the same time. */
  async acquire({ container, runId }: { container: string; runId: string }): Promise<HeldLock> {
    await this.pause()
    const { locks } = this.world
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

  async forget(place: Place): Promise<void> {
    await this.pause()
    this.world.records.delete(recordKey(place))
  }

  async original({ container, name, etag }: Named & { etag?: string }): ReturnType<CopyKeeper['original']> {
    await this.pause()
    const stored = this.world.store.get(`${container}/${name}`)
    if (stored === undefined) return { state: 'gone' }
    if (etag !== undefined && stored.etag !== etag) return { state: 'changed' }
    const { modifiedMs, createdMs, sizeBytes, bytes } = stored
    const original = { name, etag: stored.etag, lastModifiedMs: modifiedMs, createdMs, metadata: {}, headers: {} }
    return { state: 'read', original, bytes: bytes ?? new Uint8Array(sizeBytes) }
  }

  async putBack({ container, original, bytes }: Parameters<CopyKeeper['putBack']>[0]): ReturnType<CopyKeeper['putBack']> {
    await this.pause()
    const path = `${container}/${original.name}`
    if (this.world.store.has(path)) return null
    this.world.store.put(path, { bytes })
    this.world.trace(() => `PUT BACK ${path}`)
    await this.pause()
    const stored = this.world.store.get(path)
    return stored === undefined ? null : { etag: stored.etag, lastModifiedMs: stored.modifiedMs }
  }

  async undelete({ container, name, etag }: Named & { etag: string }): Promise<UndeleteOutcome> {
    await this.pause()
    const path = `${container}/${name}`
    const { store } = this.world
    const there = store.get(path)
    if (there !== undefined) return { state: 'there', etag: there.etag }
    if (!store.keepsDeleted) return { state: 'notOffered' }
    const kept = store.kept(path)
    if (kept !== undefined && kept.etag !== etag) return { state: 'other' }
    this.#beforeUndelete(path)
    const state = store.undelete(path, this.world.hasVersions)
    this.world.trace(() => `UNDO ${path}: ${state}`)
    const back = store.get(path)
    if (state !== 'restored' || back === undefined || kept === undefined) return { state: 'lost' }
    this.world.hasMovedDates = true
    await this.pause()
    return { state, etag: back.etag, lastModifiedMs: back.modifiedMs, wasModifiedMs: kept.modifiedMs }
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
