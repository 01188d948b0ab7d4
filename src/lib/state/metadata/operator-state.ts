import type { Operator } from '../types.js'
import { readChannelHandles } from './channel-handle.js'
import { readKeyedHandle } from './keyed-handle.js'
import { readOperatorHandle } from './operator-handle.js'
import type { Reading } from './reading.js'
import { readByteStream } from './stream-handle.js'
import { TAG } from './tags.js'

/** One operator: its subtasks' states and, since format version 3, its coordinator's. Flink's `deserializeOperatorState`. */
export function readOperatorState(reading: Reading): void {
  const { cursor, layout } = reading
  const hasNames = layout.formatVersion >= 5
  const name = hasNames ? cursor.utf() || null : null
  const uid = hasNames ? cursor.utf() || null : null
  const operatorId = cursor.hex(16)
  reading.operatorId = operatorId
  const parallelism = cursor.i32()
  const maxParallelism = cursor.i32()
  // The constructor of Flink's `OperatorState` refuses it, so no Flink wrote it.
  if (parallelism < 0 || parallelism > maxParallelism)
    cursor.fail(`impossible parallelism ${parallelism} of at most ${maxParallelism}`, cursor.offset - 8)
  const before = reading.references.length + reading.inlineBytes
  const subtasks = readSubtasks(reading, parallelism)
  if (reading.references.length + reading.inlineBytes > before) reading.stateful.push(operatorId)
  reading.operators.push({ operatorId, uid, name, parallelism, maxParallelism, ...subtasks })
  reading.operatorId = ''
}

type Subtasks = Pick<Operator, 'subtasks' | 'finished' | 'finishedSubtasks'>

function readSubtasks(reading: Reading, parallelism: number): Subtasks {
  const { cursor, layout } = reading
  if (layout.formatVersion === 2) cursor.skip(4) // unused: once the length of the operator chain
  const hasCoordinator = layout.formatVersion > 2 && readCoordinatorState(reading)
  // FLINK-21127: a negative count says that the whole operator is finished (`FullyFinishedOperatorState`).
  if (layout.formatVersion > 2 && isNextNegative(reading)) {
    if (hasCoordinator) cursor.fail('coordinator state of a finished operator')
    cursor.skip(4)
    return { subtasks: 0, finished: true, finishedSubtasks: [] }
  }
  const entries = cursor.count('number of subtask states', 4)
  const present = new Set<number>()
  const finished = new Set<number>()
  for (let entry = 0; entry < entries; entry++) readSubtask(reading, parallelism, present, finished)
  return { subtasks: present.size, finished: false, finishedSubtasks: [...finished] }
}

/** Coordinator state is inline or absent (`deserializeAndCheckByteStreamStateHandle`); answers whether it is there. */
function readCoordinatorState(reading: Reading): boolean {
  const { cursor } = reading
  const tag = cursor.u8()
  if (tag === TAG.byteStream) readByteStream(reading)
  else if (tag !== TAG.null) cursor.fail(`unknown coordinator state handle tag ${tag}`, cursor.offset - 1)
  return tag === TAG.byteStream
}

function isNextNegative(reading: Reading): boolean {
  const { cursor } = reading
  const value = cursor.i32()
  cursor.offset -= 4
  return value < 0
}

/**
 * When two entries have the same index, Flink keeps the last and forgets the files of the first. Here both count: what one of them
 * needs must not look like garbage.
 */
function readSubtask(reading: Reading, parallelism: number, present: Set<number>, finished: Set<number>): void {
  const { cursor, layout } = reading
  const written = cursor.i32()
  // FLINK-23512: a negative index is a finished subtask, of which nothing else follows. Version 2 has no such thing.
  const isFinished = written < 0 && layout.formatVersion > 2
  const index = isFinished ? -written - 1 : written
  if (index < 0 || index >= parallelism) cursor.fail(`impossible subtask index ${index} at parallelism ${parallelism}`, cursor.offset - 4)
  present.add(index)
  if (isFinished) {
    finished.add(index)
    return
  }
  reading.subtask = index
  readSubtaskState(reading)
  reading.subtask = -1
}

function readSubtaskState(reading: Reading): void {
  const { cursor, layout } = reading
  if (layout.formatVersion === 2) {
    cursor.skip(8) // unused: once a duration
    const legacy = cursor.i32()
    if (legacy !== 0) cursor.fail('state of Flink 1.1, which no later Flink reads,', cursor.offset - 4)
  }
  if (cursor.i32() !== 0) readOperatorHandle(reading, true)
  if (cursor.i32() !== 0) readOperatorHandle(reading, false)
  readKeyedHandle(reading, false)
  readKeyedHandle(reading, false)
  if (layout.formatVersion === 2) return
  readChannelHandles(reading, 'input')
  readChannelHandles(reading, 'output')
}
