import type { Reading } from './reading.js'
import { readBytes } from './stream-handle.js'

const MAGIC = 0xc96b1696 | 0

/** What a hook on the JobManager keeps (`MasterTriggerRestoreHook`): always inline. Flink's `deserializeMasterState`. */
export function readMasterState(reading: Reading): void {
  const { cursor } = reading
  if (cursor.i32() !== MAGIC) cursor.fail('no master state where one must begin', cursor.offset - 4)
  const length = cursor.count('length of a master state')
  const start = cursor.offset
  cursor.skip(4) // version
  cursor.skipUtf() // name
  reading.inlineBytes += readBytes(reading)
  if (cursor.offset !== start + length) cursor.fail('master state of another length than it says', start)
}
