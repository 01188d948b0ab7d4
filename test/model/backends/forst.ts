import type { StreamHandle } from '../handles.js'
import type { SimJob } from '../job.js'
import type { Steps } from '../process.js'
import { exclusiveFile, uploadUntracked } from '../upload.js'
import type { World } from '../world.js'
import type { Backend, SubtaskState, Target } from './backend.js'
import { around, canonical } from './common.js'

/** ForSt: the live database itself lies below `shared/`; a checkpoint only takes its files over. */
export class ForStBackend implements Backend {
  readonly #world: World
  readonly #directory: string
  #tables: { path: string; sizeBytes: number }[] = []
  /** Dropped by compaction; deleted from storage only when no checkpoint may name them. */
  readonly #uploading = new Set<string>()

  constructor(world: World, job: SimJob, index: number) {
    this.#world = world
    this.#directory = `${job.tree}/shared/op_Map_${world.random.hex(8)}__${index}_${job.settings.parallelism}__attempt_0/db`
  }

  *background(): Steps {
    const path = `${this.#directory}/${this.#world.random.uuid()}`
    const sizeBytes = this.#world.random.int(50, 2000)
    this.#uploading.add(path)
    yield* uploadUntracked(this.#world, path, { sizeBytes }, function* () {
      yield
    })
    this.#uploading.delete(path)
    this.#tables.push({ path, sizeBytes })
    if (this.#tables.length > 4) this.#tables.splice(0, 2)
  }

  *snapshot(target: Target): Steps<SubtaskState> {
    const shared = this.#tables.map(({ path, sizeBytes }, at) => ({
      localName: `${at}.sst`,
      handle: { kind: 'file', path, sizeBytes, isRelative: false } satisfies StreamHandle,
    }))
    const meta = yield* exclusiveFile(target, true)
    return yield* around(target, { kind: 'incremental', checkpointId: target.pending.checkpointId, shared, exclusive: [], meta })
  }

  *savepoint(target: Target): Steps<SubtaskState> {
    return yield* canonical(target)
  }

  confirmed(): void {
    // Its files are where they are, confirmed or not.
  }

  restore(state: SubtaskState, mayReuse: boolean): void {
    this.#tables = []
    if (!mayReuse || state.keyed?.kind !== 'incremental') return
    for (const { handle } of state.keyed.shared) {
      if (handle.kind === 'file') this.#tables.push({ path: handle.path, sizeBytes: handle.sizeBytes })
    }
  }

  *live(): Iterable<string> {
    yield* this.#uploading
    for (const { path } of this.#tables) yield path
  }
}
