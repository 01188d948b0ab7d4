import { type KeyedState, keyedHandles, type StreamHandle } from '../handles.js'
import type { SimJob } from '../job.js'
import type { Steps } from '../process.js'
import { uploadUntracked } from '../upload.js'
import type { World } from '../world.js'
import type { Backend, SubtaskState, Target } from './backend.js'
import { around, canonical } from './common.js'

/**
 * Changelog: increments go to the dstl directory at any time, a materialization to `taskowned` now and then. Both stay unreferenced
 * for as long as no checkpoint succeeds.
 */
export class ChangelogBackend implements Backend {
  readonly #world: World
  readonly #job: SimJob
  #materialized: KeyedState[] = []
  #increments: StreamHandle[] = []
  readonly #uploading = new Set<string>()
  /** No new materialization starts until the last one is part of a completed checkpoint. */
  #isMaterializationOpen = false

  constructor(world: World, job: SimJob) {
    this.#world = world
    this.#job = job
  }

  *background(): Steps {
    if (!this.#isMaterializationOpen && this.#world.random.chance(0.3)) yield* this.#materialize()
    else this.#increments.push(yield* this.#write(this.#job.dstl))
  }

  *snapshot(target: Target): Steps<SubtaskState> {
    this.#increments.push(yield* this.#write(this.#job.dstl))
    const keyed: KeyedState = {
      kind: 'changelog',
      checkpointId: target.pending.checkpointId,
      materialized: [...this.#materialized],
      increments: [...this.#increments],
    }
    return yield* around(target, keyed)
  }

  *savepoint(target: Target): Steps<SubtaskState> {
    return yield* canonical(target)
  }

  confirmed(): void {
    this.#isMaterializationOpen = false
  }

  restore(state: SubtaskState): void {
    this.#uploading.clear()
    this.#isMaterializationOpen = false
    this.#materialized = []
    this.#increments = []
    if (state.keyed?.kind === 'changelog') {
      this.#materialized = [...state.keyed.materialized]
      this.#increments = [...state.keyed.increments]
    } else if (state.keyed !== null) this.#materialized = [state.keyed]
  }

  *live(): Iterable<string> {
    yield* this.#uploading
    for (const handle of this.#handles()) if (handle.kind !== 'inline') yield handle.path
  }

  *#handles(): Generator<StreamHandle> {
    yield* this.#increments
    for (const one of this.#materialized) yield* keyedHandles(one)
  }

  *#materialize(): Steps {
    this.#isMaterializationOpen = true
    const before = this.#increments.length
    const directory = `${this.#job.tree}/taskowned`
    const [table, meta] = [yield* this.#write(directory), yield* this.#write(directory)]
    this.#materialized = [{ kind: 'incremental', checkpointId: 1, shared: [{ localName: '1.sst', handle: table }], exclusive: [], meta }]
    this.#increments.splice(0, before)
  }

  *#write(directory: string): Steps<StreamHandle> {
    const path = `${directory}/${this.#world.random.uuid()}`
    const sizeBytes = this.#world.random.int(10, 1000)
    this.#uploading.add(path)
    yield* uploadUntracked(this.#world, path, { sizeBytes }, function* () {
      yield
    })
    this.#uploading.delete(path)
    return { kind: 'file', path, sizeBytes, isRelative: false }
  }
}
