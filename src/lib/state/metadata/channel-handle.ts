import type { Reading, Use } from './reading.js'
import { readBytes, readNullableStreamHandle, readStreamHandle } from './stream-handle.js'
import { CHANNEL_TAG } from './tags.js'

const CHANNEL: Use = { role: 'channel', shared: false }

/**
 * The in-flight data of an unaligned checkpoint, one list a direction. Flink's `ChannelStateHandleSerializer`, which
 * since format version 6 also knows handles merged by the TaskManager (FLINK-33734). It reads a negative count as 0; here that is damage.
 */
export function readChannelHandles(reading: Reading, direction: 'input' | 'output'): void {
  const handles = reading.cursor.count(`number of ${direction} channel states`, 9)
  for (let handle = 0; handle < handles; handle++) readChannelHandle(reading, direction)
}

function readChannelHandle(reading: Reading, direction: 'input' | 'output'): void {
  const { cursor, layout } = reading
  reading.dialects.channel = true
  const { plain, merged } = CHANNEL_TAG[direction]
  const tag = layout.formatVersion < 6 ? plain : cursor.u8()
  if (tag === plain) readChannel(reading)
  else if (tag === merged) readMergedChannel(reading)
  else cursor.fail(`unknown ${direction} channel state handle tag ${tag}`, cursor.offset - 1)
}

function readChannel(reading: Reading): void {
  const { cursor, layout } = reading
  if (layout.writer !== '1.11') cursor.skip(4) // subtask index
  cursor.skip(8) // gate or partition, channel or subpartition
  cursor.skip(cursor.count('number of channel offsets', 8) * 8)
  cursor.skip(8) // size
  readStreamHandle(reading, CHANNEL)
}

function readMergedChannel(reading: Reading): void {
  reading.cursor.skip(12) // subtask index, size
  readNullableStreamHandle(reading, CHANNEL)
  readBytes(reading) // serialized channel offsets, no state
}
