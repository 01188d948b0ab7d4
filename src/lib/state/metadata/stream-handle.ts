import type { Reading, Use } from './reading.js'
import { TAG } from './tags.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A handle to a stream of bytes, which must be there. Flink's `MetadataV2V3SerializerBase.deserializeStreamStateHandle`. */
export function readStreamHandle(reading: Reading, use: Use): void {
  const at = reading.cursor.offset
  if (!readNullableStreamHandle(reading, use)) reading.cursor.fail('null stream state handle where a state must be', at)
}

/** As `readStreamHandle`, where Flink also takes a null handle; `false` tells of one. */
export function readNullableStreamHandle(reading: Reading, use: Use): boolean {
  const { cursor } = reading
  const tag = cursor.u8()
  switch (tag) {
    case TAG.null:
      return false
    case TAG.byteStream:
      readByteStream(reading)
      return true
    case TAG.fileStream:
      readFile(reading, use)
      return true
    case TAG.keyGroups:
      readKeyGroups(reading, () => reading.nest(() => readStreamHandle(reading, use)))
      return true
    case TAG.relativeStream:
      readRelativeFile(reading, use)
      return true
    case TAG.segmentFile:
    case TAG.emptySegmentFile:
      readSegment(reading, use, tag)
      return true
    default:
      return cursor.fail(`unknown stream state handle tag ${tag}`, cursor.offset - 1)
  }
}

/** A handle to a part of a merged file: the only kind that tag 17 takes (`FileMergingOperatorStreamStateHandle`). */
export function readSegmentHandle(reading: Reading, use: Use): void {
  const { cursor } = reading
  const tag = cursor.u8()
  if (tag !== TAG.segmentFile && tag !== TAG.emptySegmentFile)
    cursor.fail(`stream state handle tag ${tag} where a file segment must be`, cursor.offset - 1)
  readSegment(reading, use, tag)
}

/** State below `execution.checkpointing.data-inline-threshold`. Its name looks like a path, yet no such file exists. */
export function readByteStream(reading: Reading): void {
  const { cursor } = reading
  cursor.skipUtf()
  reading.inlineBytes += readBytes(reading)
}

/** Bytes behind their own count; they are passed over, not copied. */
export function readBytes(reading: Reading): number {
  const length = reading.cursor.count('byte count')
  reading.cursor.skip(length)
  return length
}

/** Key groups and one offset each, as in `KeyGroupRangeOffsets`, then the file in which they lie. */
export function readKeyGroups(reading: Reading, readFile: () => void): void {
  const groups = readKeyGroupRange(reading)
  let lastOffset = -1
  for (let group = 0; group < groups; group++) lastOffset = Math.max(lastOffset, Number(reading.cursor.i64()))
  const reference = reading.references.length
  readFile()
  if (reading.references.length > reference) reading.keyGroups.push({ reference, lastOffset })
}

/** First key group and how many; answers how many. */
export function readKeyGroupRange(reading: Reading): number {
  const { cursor } = reading
  const first = cursor.i32()
  if (first < 0) cursor.fail(`impossible first key group ${first}`, cursor.offset - 4)
  const groups = cursor.i32()
  if (groups < 0) cursor.fail(`impossible number of key groups ${groups}`, cursor.offset - 4)
  return groups
}

/** A path as it stands; Flink's `Path` takes no empty one. */
export function readPath(reading: Reading): string {
  const at = reading.cursor.offset
  const path = reading.cursor.utf()
  return path === '' ? reading.cursor.fail('empty path', at) : path
}

function readFile(reading: Reading, use: Use): void {
  const sizeBytes = reading.size('file size')
  reading.addFile(readPath(reading), false, sizeBytes, use)
}

function readRelativeFile(reading: Reading, use: Use): void {
  const { cursor } = reading
  const at = cursor.offset
  const name = readPath(reading)
  // Flink would follow `../` out of the snapshot's directory. It only ever writes random UUIDs, so another name is damage or malice.
  if (!UUID.test(name))
    reading.addOddity(`relative path ${JSON.stringify(name.slice(0, 80))}, which is not a plain file name of Flink's,`, at)
  reading.addFile(name, true, reading.size('file size'), use)
}

function readSegment(reading: Reading, use: Use, tag: number): void {
  const { cursor } = reading
  reading.features.fileMerging = true
  if (tag === TAG.emptySegmentFile) return
  const at = cursor.offset
  const offset = reading.size('segment position') ?? cursor.fail('impossible segment position -1', at)
  const length = reading.size('segment size')
  const scope = cursor.i32()
  if (scope !== 0 && scope !== 1) cursor.fail(`unknown segment scope ${scope}`, cursor.offset - 4)
  reading.addSegment(readPath(reading), offset, length, use)
  cursor.skipUtf()
}
