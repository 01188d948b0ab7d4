import type { StreamHandle } from '../handles.js'
import type { SimJob } from '../job.js'
import { baseName } from '../paths.js'
import type { Steps } from '../process.js'
import { turn } from '../upload.js'
import type { World } from '../world.js'
import type { Backend, SubtaskState, Target } from './backend.js'
import { canonical } from './common.js'

interface Physical {
  path: string
  sizeBytes: number
  segments: number
}

const SEGMENTS_PER_FILE = 3

/** File merging (1.20+): state goes as segments into physical files, which may stay open over several checkpoints. */
export class MergingBackend implements Backend {
  readonly #world: World
  readonly #job: SimJob
  readonly #shared: string
  readonly #private: string
  /** Open physical files by directory. */
  readonly #open = new Map<string, Physical>()
  #tables = new Map<string, StreamHandle>()
  #confirmed = new Set<string>()
  #next = 1

  constructor(world: World, job: SimJob, index: number) {
    this.#world = world
    this.#job = job
    const { jobId, parallelism } = job.settings
    this.#shared = `${job.tree}/shared/job_${jobId}_op_${world.random.hex(16)}_${index}_${parallelism}`
    this.#private = `${job.tree}/taskowned/job_${jobId}_tm_localhost-${world.random.hex(6)}`
  }

  *background(): Steps {
    yield
  }

  *snapshot(target: Target): Steps<SubtaskState> {
    this.#compact()
    for (let more = this.#world.random.int(1, 2); more > 0; more--) {
      this.#tables.set(`${String(this.#next++).padStart(6, '0')}.sst`, { kind: 'inline', sizeBytes: 0 })
    }
    for (const table of [...this.#tables.keys()]) {
      if (!this.#confirmed.has(table)) this.#tables.set(table, yield* this.#segment(target, this.#shared, true))
    }
    const meta = yield* this.#segment(target, this.#private, false)
    const file = yield* this.#segment(target, this.#private, false)
    if (!this.#job.settings.mergesAcrossCheckpoints) this.#closeAll()
    const shared = [...this.#tables].map(([localName, handle]) => ({ localName, handle }))
    return {
      keyed: { kind: 'incremental', checkpointId: target.pending.checkpointId, shared, exclusive: [], meta },
      operator: { file, directories: { taskOwned: this.#private, shared: this.#shared } },
      channels: [],
      hidden: [],
    }
  }

  *savepoint(target: Target): Steps<SubtaskState> {
    return yield* canonical(target)
  }

  confirmed(): void {
    this.#confirmed = new Set(this.#tables.keys())
  }

  restore(state: SubtaskState, mayReuse: boolean): void {
    this.#open.clear()
    this.#tables = new Map()
    this.#confirmed = new Set()
    if (state.keyed?.kind !== 'incremental') return
    for (const { localName, handle } of state.keyed.shared) {
      this.#tables.set(localName, handle)
      if (mayReuse) this.#confirmed.add(localName)
    }
    this.#next = 1 + Math.max(0, ...[...this.#tables.keys()].map((name) => Number.parseInt(name, 10)))
  }

  *live(): Iterable<string> {
    for (const { path } of this.#open.values()) yield path
  }

  /** Appends to the directory's open file, or begins one. */
  *#segment(target: Target, directory: string, isShared: boolean): Steps<StreamHandle> {
    const physical = this.#open.get(directory) ?? this.#begin(directory)
    const sizeBytes = this.#world.random.int(10, 200)
    const offset = physical.sizeBytes
    target.pending.paths.add(physical.path)
    yield* turn(target.pending)
    physical.sizeBytes += sizeBytes
    physical.segments++
    if (!this.#job.settings.hidesOpenFiles) this.#world.store.put(physical.path, { sizeBytes: physical.sizeBytes })
    if (physical.segments >= SEGMENTS_PER_FILE) this.#close(directory)
    return { kind: 'segment', path: physical.path, offset, sizeBytes, isShared }
  }

  #begin(directory: string): Physical {
    this.#world.store.mkdir(directory)
    const physical = { path: `${directory}/${this.#world.random.uuid()}`, sizeBytes: 0, segments: 0 }
    this.#world.store.link(physical.path)
    this.#open.set(directory, physical)
    this.#world.trace(() => `opens ${baseName(directory)}/${baseName(physical.path)}`)
    return physical
  }

  #closeAll(): void {
    for (const directory of [...this.#open.keys()]) this.#close(directory)
  }

  #close(directory: string): void {
    const physical = this.#open.get(directory)
    if (physical === undefined) return
    this.#world.store.put(physical.path, { sizeBytes: physical.sizeBytes })
    this.#open.delete(directory)
  }

  #compact(): void {
    if (this.#tables.size <= 4) return
    for (const table of this.#world.random.shuffle(this.#tables.keys()).slice(0, 3)) this.#tables.delete(table)
  }
}
