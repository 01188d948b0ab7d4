import type { Bytes } from './bytes.js'
import type { Snapshot } from './handles.js'

const RUNTIME = 'org.apache.flink.runtime.checkpoint'
const FLAGS = ['discardCancelled', 'discardFailed', 'discardFinished', 'discardSubsumed', 'discardSuspended', 'forced', 'unclaimed']

/** `CheckpointProperties` as Java writes it; object numbers in the comments, from 0. */
export function encodeProperties(out: Bytes, properties: Snapshot['properties']): void {
  out.hex('aced0005')
  if (properties === 'null') return void out.u8(0x70)
  out.hex('7372').utf(`${RUNTIME}.CheckpointProperties`).i64(2).u8(2).u16(8) // 0
  for (const flag of FLAGS) out.hex('5a').utf(flag)
  field(out, 'checkpointType', `L${RUNTIME.replaceAll('.', '/')}/SnapshotType;`) // 1
  out.hex('7870').hex('00000101000000') // object 2
  if (properties === 'checkpoint') checkpointType(out)
  else savepointType(out, properties)
}

function checkpointType(out: Bytes): void {
  out.hex('7372').utf(`${RUNTIME}.CheckpointType`).i64(7n).u8(2).u16(2) // 3
  field(out, 'name', 'Ljava/lang/String;') // 4
  field(out, 'sharingFilesStrategy', 'L$SharingFilesStrategy;') // 5
  out.hex('7870') // 6
  out.u8(0x74).utf('Checkpoint') // 7
  out.hex('7e72').utf(`${RUNTIME}.SnapshotType$SharingFilesStrategy`).i64(0).u8(0x12).u16(0).hex('78') // 8
  out.hex('72').utf('java.lang.Enum').i64(0).u8(0x12).u16(0).hex('7870') // 9
  out.u8(0x74).utf('FORWARD_BACKWARD')
}

function savepointType(out: Bytes, format: string): void {
  out.hex('7372').utf(`${RUNTIME}.SavepointType`).i64(7n).u8(2).u16(3) // 3
  field(out, 'formatType', 'L$SavepointFormatType;') // 4
  field(out, 'name', 'Ljava/lang/String;') // 5
  field(out, 'postCheckpointAction', 'L$PostCheckpointAction;') // 6
  out.hex('7870') // 7
  out.hex('7e72').utf('org.apache.flink.core.execution.SavepointFormatType').i64(0).u8(0x12).u16(0).hex('78') // 8
  out.hex('72').utf('java.lang.Enum').i64(0).u8(0x12).u16(0).hex('7870') // 9, constant 10
  out.u8(0x74).utf(format) // 11
  out.u8(0x74).utf('Savepoint') // 12
  out.hex('7e72').utf(`${RUNTIME}.SavepointType$PostCheckpointAction`).i64(0).u8(0x12).u16(0).hex('78')
  out.hex('71').i32(0x7e0009)
  out.u8(0x74).utf('NONE')
}

function field(out: Bytes, name: string, type: string): void {
  out.hex('4c').utf(name).u8(0x74).utf(type)
}
