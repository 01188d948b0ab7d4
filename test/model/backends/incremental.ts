import type { NamedHandle, StreamHandle } from '../handles.js'
import type { Steps } from '../process.js'
import type { Random } from '../random.js'
import { absoluteFile, exclusiveFile } from '../upload.js'
import type { Backend, SubtaskState, Target } from './backend.js'
import { around, canonical } from './common.js'

type Uploaded = Map<string, StreamHandle>

/** RocksDB: SSTs are uploaded once and reused from the last checkpoint that was confirmed, until compaction drops them. */
export class IncrementalBackend implements Backend {
  #tables = new Set<string>()
  #confirmed: Uploaded = new Map()
  readonly #unconfirmed = new Map<number, Uploaded>()
  #nextTable = 1;

  *background(): Steps {
    yield
  }

  *snapshot(target: Target): Steps<SubtaskState> {
    this.#writeAndCompact(target.world.random)
    const shared = `${target.job.tree}/shared`
    const uploaded: Uploaded = new Map()
    for (const table of [...this.#tables]) uploaded.set(table, this.#confirmed.get(table) ?? (yield* absoluteFile(target, shared)))
    const current = yield* absoluteFile(target, shared)
    const meta = yield* exclusiveFile(target, true)
    this.#unconfirmed.set(target.pending.checkpointId, uploaded)
    return yield* around(target, {
      kind: 'incremental',
      checkpointId: target.pending.checkpointId,
      shared: named(uploaded),
      exclusive: [{ localName: 'CURRENT', handle: current }],
      meta,
    })
  }

  *savepoint(target: Target, format: 'CANONICAL' | 'NATIVE'): Steps<SubtaskState> {
    if (format === 'CANONICAL') return yield* canonical(target)
    const uploaded: Uploaded = new Map()
    for (const table of [...this.#tables]) uploaded.set(table, yield* exclusiveFile(target, false))
    const meta = yield* exclusiveFile(target, true)
    const { checkpointId } = target.pending
    return yield* around(target, { kind: 'incremental', checkpointId, shared: named(uploaded), exclusive: [], meta })
  }

  confirmed(checkpointId: number): void {
    const uploaded = this.#unconfirmed.get(checkpointId)
    if (uploaded !== undefined) this.#confirmed = uploaded
    this.#unconfirmed.clear()
  }

  restore(state: SubtaskState, mayReuse: boolean): void {
    this.#unconfirmed.clear()
    this.#confirmed = new Map()
    this.#tables = new Set()
    if (state.keyed?.kind !== 'incremental') return
    for (const { localName, handle } of state.keyed.shared) {
      this.#tables.add(localName)
      if (mayReuse) this.#confirmed.set(localName, handle)
    }
    this.#nextTable = 1 + Math.max(0, ...[...this.#tables].map((table) => Number.parseInt(table, 10)))
  }

  live(): Iterable<string> {
    return []
  }

  #writeAndCompact(random: Random): void {
    if (this.#tables.size > 4 || random.chance(0.25)) {
      for (const table of random.shuffle(this.#tables).slice(0, random.int(0, this.#tables.size))) this.#tables.delete(table)
    }
    for (let more = random.int(this.#tables.size === 0 ? 1 : 0, 2); more > 0; more--) {
      this.#tables.add(`${String(this.#nextTable++).padStart(6, '0')}.sst`)
    }
  }
}

function named(uploaded: Uploaded): NamedHandle[] {
  return [...uploaded].map(([localName, handle]) => ({ localName, handle }))
}
