import { Output } from './bytes.js'
import type { KeyedState, OperatorState, StreamHandle, SubtaskState } from './handles.js'
import { baseName, directoryOf } from './paths.js'

export interface MetadataInput {
  checkpointId: number
  /** 4 to 6; 7 stands for a Flink that is newer than the tool. */
  version: number
  directory: string
  operatorName: string
  /** The first has the subtasks' state, the others have a little of their own. */
  operatorIds: string[]
  subtasks: SubtaskState[]
  /** How this job spells a path. */
  spell: (path: string) => string
  /** Releases up to mid-2026 write a relative handle relative, though its file lies in another directory (FLINK-39964). */
  hasForeignRelative: boolean
}

const MAGIC = 0x4960672d
const MAX_PARALLELISM = 128

/** Writes `_metadata` as sections 1.2 to 1.8 of the format have it, independently of the reader under test. */
export function encodeMetadata(input: MetadataInput): Uint8Array {
  const out = new Output()
  out.i32(MAGIC).i32(input.version).i64(input.checkpointId).i32(0).i32(input.operatorIds.length)
  for (const [at, operatorId] of input.operatorIds.entries()) {
    if (input.version >= 5) out.utf(input.operatorName).utf(`uid-${at + 1}`)
    const subtasks = at === 0 ? input.subtasks : input.subtasks.map(() => SMALL_STATE)
    out.hex(operatorId).i32(subtasks.length).i32(MAX_PARALLELISM)
    out.u8(1).utf('coordinator').i32(3).hex('010203')
    out.i32(subtasks.length)
    const writer = new StateWriter(out, input)
    for (const [index, state] of subtasks.entries()) writer.subtask(index, state)
  }
  return out.hex('aced000570').done()
}

const SMALL_STATE: SubtaskState = {
  keyed: null,
  operator: { file: { kind: 'inline', sizeBytes: 3 }, directories: null },
  channels: [],
  hidden: [],
}

class StateWriter {
  readonly #out: Output
  readonly #input: MetadataInput

  constructor(out: Output, input: MetadataInput) {
    this.#out = out
    this.#input = input
  }

  subtask(index: number, state: SubtaskState): void {
    this.#out.i32(index).i32(1)
    this.#operator(state.operator)
    this.#out.i32(0)
    if (state.keyed === null) this.#out.u8(0)
    else this.#keyed(state.keyed)
    this.#out.u8(0).i32(state.channels.length)
    for (const [channel, handle] of state.channels.entries()) this.#channel(index, channel, handle)
    this.#out.i32(0)
  }

  #operator(state: OperatorState): void {
    this.#out.u8(state.directories === null ? 4 : 17)
    this.#out.i32(1).utf('offsets').u8(0).i32(1).i64(0)
    if (state.directories !== null) {
      const { taskOwned, shared } = state.directories
      this.#out.utf(this.#input.spell(taskOwned)).utf(this.#input.spell(shared)).u8(0)
    }
    this.#stream(state.file)
  }

  #channel(subtask: number, channel: number, handle: StreamHandle): void {
    if (this.#input.version >= 6) this.#out.u8(1)
    this.#out.i32(subtask).i32(0).i32(channel).i32(1).i64(0).i64(handle.sizeBytes)
    this.#stream(handle)
  }

  #keyed(keyed: KeyedState): void {
    switch (keyed.kind) {
      case 'incremental':
        this.#incremental(keyed)
        return
      case 'full':
        this.#out.u8(12)
        this.#ranged(keyed.file)
        this.#out.utf('handle')
        return
      case 'canonical':
        this.#out.u8(7)
        this.#ranged(keyed.file)
        return
      case 'changelog':
        this.#changelog(keyed)
    }
  }

  #ranged(file: StreamHandle): void {
    this.#out.i32(0).i32(2).i64(0).i64(10)
    this.#stream(file)
  }

  #incremental(keyed: KeyedState & { kind: 'incremental' }): void {
    this.#out.u8(11).i64(keyed.checkpointId).utf('backend').i32(0).i32(MAX_PARALLELISM).i64(1)
    this.#stream(keyed.meta)
    for (const list of [keyed.shared, keyed.exclusive]) {
      this.#out.i32(list.length)
      for (const { localName, handle } of list) {
        this.#out.utf(localName)
        this.#stream(handle)
      }
    }
    this.#out.utf('handle')
  }

  #changelog(keyed: KeyedState & { kind: 'changelog' }): void {
    this.#out.u8(14).i32(0).i32(MAX_PARALLELISM).i64(1).i32(keyed.materialized.length)
    for (const one of keyed.materialized) this.#keyed(one)
    this.#out.i32(1).u8(13).i32(0).i32(MAX_PARALLELISM).i32(keyed.increments.length)
    for (const handle of keyed.increments) {
      this.#out.i64(0)
      this.#stream(handle)
    }
    this.#out.i64(1).i64(1).utf('handle').utf('filesystem')
    this.#out.i64(1).i64(keyed.checkpointId).utf('handle')
  }

  #stream(handle: StreamHandle): void {
    switch (handle.kind) {
      case 'inline':
        this.#out.u8(1).utf(`${this.#input.directory}/inlined`).i32(handle.sizeBytes).raw(Buffer.alloc(handle.sizeBytes))
        return
      case 'segment':
        this.#out
          .u8(15)
          .i64(handle.offset)
          .i64(handle.sizeBytes)
          .i32(handle.isShared ? 1 : 0)
        this.#out.utf(this.#input.spell(handle.path)).utf('logical')
        return
      case 'file':
        if (isWrittenRelative(handle, this.#input)) this.#out.u8(6).utf(baseName(handle.path)).i64(handle.sizeBytes)
        else this.#out.u8(2).i64(handle.sizeBytes).utf(this.#input.spell(handle.path))
    }
  }
}

type Spot = Pick<MetadataInput, 'directory' | 'hasForeignRelative'>

function isWrittenRelative(handle: StreamHandle & { kind: 'file' }, spot: Spot): boolean {
  return handle.isRelative && (spot.hasForeignRelative || directoryOf(handle.path) === spot.directory)
}

/** Where a reader of the written file will look; `null` when the state is in the file itself. */
export function writtenPath(handle: StreamHandle, spot: Spot): string | null {
  if (handle.kind === 'inline') return null
  if (handle.kind === 'segment' || !isWrittenRelative(handle, spot)) return handle.path
  return `${spot.directory}/${baseName(handle.path)}`
}
