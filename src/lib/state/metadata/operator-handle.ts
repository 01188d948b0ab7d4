import type { Reading, Use } from './reading.js'
import { readPath, readSegmentHandle, readStreamHandle } from './stream-handle.js'
import { TAG } from './tags.js'

const OPERATOR: Use = { role: 'operator', shared: false }

/** `OperatorStateHandle.Mode`: SPLIT_DISTRIBUTE, UNION, BROADCAST. */
const MODES = 3

/**
 * Managed or raw operator state. Flink's `MetadataV2V3SerializerBase.deserializeOperatorStateHandle`. The directories of a file-merging
 * handle (FLINK-32079) are registered as shared in managed state only (`OperatorSubtaskState.registerSharedStates`).
 */
export function readOperatorHandle(reading: Reading, isManaged: boolean): void {
  const { cursor } = reading
  const tag = cursor.u8()
  switch (tag) {
    case TAG.null:
      return
    case TAG.partitionableOperatorState:
      readStateOffsets(reading)
      readStreamHandle(reading, OPERATOR)
      return
    case TAG.segmentPartitionableOperatorState:
      readStateOffsets(reading)
      reading.addDirectory(readPath(reading), isManaged) // task-owned
      reading.addDirectory(readPath(reading), isManaged) // shared
      cursor.ordinal('boolean', 2)
      readSegmentHandle(reading, OPERATOR)
      return
    default:
      cursor.fail(`unknown operator state handle tag ${tag}`, cursor.offset - 1)
  }
}

function readStateOffsets(reading: Reading): void {
  const { cursor } = reading
  const states = cursor.count('number of operator states', 7)
  for (let state = 0; state < states; state++) {
    cursor.skipUtf() // state name
    cursor.ordinal('distribution mode', MODES)
    cursor.skip(cursor.count('number of offsets', 8) * 8)
  }
}
