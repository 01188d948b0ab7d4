import type { Metadata } from '../types.js'
import type { Cursor } from './cursor.js'
import { readJavaStream } from './java-stream.js'

type Properties = Pick<Metadata, 'snapshotType' | 'savepointFormat'>

/** STREAM_MAGIC and STREAM_VERSION of `java.io.ObjectStreamConstants`. */
const JAVA_STREAM = 0xaced0005 | 0

const CHECKPOINT = 'org.apache.flink.runtime.checkpoint.CheckpointType'
const SAVEPOINT = 'org.apache.flink.runtime.checkpoint.SavepointType'
const FORMAT = 'org.apache.flink.core.execution.SavepointFormatType'

/**
 * `CheckpointProperties` as `MetadataV4Serializer` appends it. A null object is legal: the State Processor API writes it.
 * Its values are for display; its presence and its end are checks that no operator before it was misread or cut.
 */
export function readProperties(cursor: Cursor): Properties {
  if (cursor.i32() !== JAVA_STREAM) cursor.fail('no checkpoint properties where they must begin', cursor.offset - 4)
  const { classes, constants } = readJavaStream(cursor)
  const format = constants.get(FORMAT)
  return {
    snapshotType: classes.has(SAVEPOINT) ? 'savepoint' : classes.has(CHECKPOINT) ? 'checkpoint' : null,
    savepointFormat: format === 'CANONICAL' || format === 'NATIVE' ? format : null,
  }
}
