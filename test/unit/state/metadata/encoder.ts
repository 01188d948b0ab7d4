import { Bytes } from './bytes.js'
import { encodeProperties } from './encode-properties.js'
import type {
  Channel,
  Incremental,
  Keyed,
  Local,
  OperatorHandle,
  OperatorState,
  Snapshot,
  StateOffsets,
  Stream,
  SubtaskState,
} from './handles.js'

/** Writes a snapshot as Flink's serializer of its version does. Knows the format from its description, not from the parser. */
export function encodeMetadata(snapshot: Snapshot): Uint8Array {
  const out = new Bytes().hex('4960672d').i32(snapshot.version).i64(snapshot.checkpointId)
  out.list(snapshot.masters, (master) => {
    const inner = new Bytes().i32(1).utf(master.name).i32(master.bytes.length).raw(master.bytes).done()
    out.hex('c96b1696').i32(inner.length).raw(inner)
  })
  out.list(snapshot.operators, (operator) => encodeOperator(out, operator, snapshot))
  if (snapshot.version >= 4) encodeProperties(out, snapshot.properties)
  return out.done()
}

function encodeOperator(out: Bytes, operator: OperatorState, snapshot: Snapshot): void {
  if (snapshot.version >= 5) out.utf(operator.name).utf(operator.uid)
  out.hex(operator.id).i32(operator.parallelism).i32(operator.maxParallelism)
  if (snapshot.version === 2) out.i32(1)
  else encodeStream(out, operator.coordinator)
  if (operator.subtasks === 'finished') return void out.i32(-1)
  out.list(operator.subtasks, ({ index, state }) => {
    if (!state) return void out.i32(-(index + 1))
    out.i32(index)
    encodeSubtask(out, state, snapshot)
  })
}

function encodeSubtask(out: Bytes, state: SubtaskState, snapshot: Snapshot): void {
  if (snapshot.version === 2) out.i64(-1).i32(0)
  for (const handle of [state.managed, state.raw]) {
    out.i32(handle ? 1 : 0)
    if (handle) encodeOperatorHandle(out, handle)
  }
  encodeKeyed(out, state.managedKeyed, snapshot.dialect)
  encodeKeyed(out, state.rawKeyed, snapshot.dialect)
  if (snapshot.version === 2) return
  for (const channels of [state.input, state.output]) out.list(channels, (channel) => encodeChannel(out, channel, snapshot))
}

function encodeStream(out: Bytes, stream: Stream): void {
  out.u8(stream.tag)
  switch (stream.tag) {
    case 1:
      return void out.utf(stream.name).i32(stream.bytes.length).raw(stream.bytes)
    case 2:
      return void out.i64(stream.size).utf(stream.path)
    case 3:
      encodeGroups(out, stream.first, stream.offsets)
      encodeStream(out, stream.inner)
      return
    case 6:
      return void out.utf(stream.name).i64(stream.size)
    case 15:
      return void out.i64(stream.offset).i64(stream.size).i32(stream.scope).utf(stream.path).utf(stream.logicalId)
    case 0:
    case 16:
      return
  }
}

function encodeGroups(out: Bytes, first: number, offsets: number[]): void {
  out.i32(first).list(offsets, (offset) => out.i64(offset))
}

function encodeKeyed(out: Bytes, keyed: Keyed, dialect?: Snapshot['dialect']): void {
  const isOld = dialect === '1.14'
  out.u8(keyed.tag)
  switch (keyed.tag) {
    case 3:
    case 7:
    case 12:
      encodeGroups(out, keyed.first, keyed.offsets)
      encodeStream(out, keyed.stream)
      return void (keyed.tag === 12 && out.utf('handle-id'))
    case 5:
    case 11:
      encodeIncremental(out, keyed)
      return
    case 8:
    case 14:
      out.i32(0).i32(keyed.groups)
      if (!isOld) out.i64(99)
      out.list(keyed.materialized, (inner) => encodeKeyed(out, inner, dialect))
      out.list(keyed.increments, (inner) => encodeKeyed(out, inner, dialect))
      if (isOld) return
      out.i64(4)
      if (keyed.tag === 14) out.i64(7)
      return void out.utf('handle-id')
    case 9:
      out.i32(0).i32(4).i64(1).i64(2)
      out.list(keyed.changes, ({ group, bytes }) => out.i32(group).i32(bytes.length).raw(bytes))
      return void (isOld || out.utf('handle-id'))
    case 10:
    case 13:
      out.i32(0).i32(4)
      out.list(keyed.files, ({ offset, stream }) => encodeStream(out.i64(offset), stream))
      out.i64(10)
      if (isOld) return
      out.i64(11).utf('handle-id')
      return void (keyed.tag === 13 && out.utf('storage-id'))
    case 0:
      return
  }
}

function encodeIncremental(out: Bytes, keyed: Incremental): void {
  const encodeLocal = ({ name, stream }: Local) => encodeStream(out.utf(name), stream)
  out.i64(12).utf(keyed.backend).i32(keyed.first).i32(keyed.groups)
  if (keyed.tag === 11) out.i64(1234)
  encodeStream(out, keyed.meta)
  out.list(keyed.shared, encodeLocal).list(keyed.private, encodeLocal)
  if (keyed.tag === 11) out.utf('handle-id')
}

function encodeOperatorHandle(out: Bytes, handle: OperatorHandle): void {
  out.u8(handle.tag)
  if (handle.tag !== 4 && handle.tag !== 17) return
  out.list(handle.states, ({ name, mode, offsets }: StateOffsets) => {
    out.utf(name).u8(mode)
    out.list(offsets, (offset) => out.i64(offset))
  })
  if (handle.tag === 17)
    out
      .utf(handle.taskOwned)
      .utf(handle.sharedDir)
      .u8(handle.isEmpty ? 1 : 0)
  encodeStream(out, handle.stream)
}

function encodeChannel(out: Bytes, channel: Channel, snapshot: Snapshot): void {
  if (snapshot.version >= 6) out.u8(channel.tag)
  if (snapshot.version >= 6 && channel.tag >= 3) {
    encodeStream(out.i32(0).i64(55), channel.stream)
    return void out.i32(3).hex('010203')
  }
  if (snapshot.dialect !== '1.11') out.i32(0)
  out
    .i32(1)
    .i32(2)
    .list(channel.offsets, (offset) => out.i64(offset))
  encodeStream(out.i64(55), channel.stream)
}
