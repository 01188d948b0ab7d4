import { readChangelogIncrement } from './changelog-increment.js'
import type { Reading } from './reading.js'
import { readKeyGroupRange, readKeyGroups, readNullableStreamHandle, readStreamHandle } from './stream-handle.js'
import { TAG } from './tags.js'

/**
 * Keyed state, or none. Flink's `MetadataV2V3SerializerBase.deserializeKeyedStateHandle`. `shared` says that a changelog holds this
 * handle: it then registers all of it as shared, whatever the handle alone would do (`ChangelogStateBackendHandleImpl.registerSharedStates`,
 * FLINK-25872).
 */
export function readKeyedHandle(reading: Reading, shared: boolean): void {
  const { cursor } = reading
  const tag = cursor.u8()
  switch (tag) {
    case TAG.null:
      return
    case TAG.keyGroups:
    case TAG.savepointKeyGroups:
    case TAG.keyGroupsV2:
      readKeyGroups(reading, () => readStreamHandle(reading, { role: 'keyed', shared }))
      if (tag === TAG.keyGroupsV2) cursor.skipUtf()
      return
    case TAG.incrementalKeyGroups:
    case TAG.incrementalKeyGroupsV2:
      readIncremental(reading, shared, tag)
      return
    case TAG.changelog:
    case TAG.changelogV2:
      readChangelog(reading, tag)
      return
    default:
      readChangelogIncrement(reading, tag, 'keyed state handle')
  }
}

/** `IncrementalRemoteKeyedStateHandle`: what RocksDB and ForSt upload. Neither list is followed by offsets. */
function readIncremental(reading: Reading, shared: boolean, tag: number): void {
  const { cursor } = reading
  const isV2 = tag === TAG.incrementalKeyGroupsV2
  reading.features.incrementalKeyed = true
  cursor.skip(8) // checkpoint id
  cursor.skipUtf() // backend UUID
  readKeyGroupRange(reading)
  if (isV2) cursor.skip(8) // checkpointed size
  readNullableStreamHandle(reading, { role: 'keyed-meta', shared })
  readFiles(reading, 'shared', true)
  readFiles(reading, 'private', shared)
  if (isV2) cursor.skipUtf() // state handle id
}

function readFiles(reading: Reading, role: 'shared' | 'private', shared: boolean): void {
  const { cursor } = reading
  const use = { role, shared }
  const files = cursor.count(`number of ${role} files`)
  for (let file = 0; file < files; file++) {
    cursor.skipUtf() // local name, such as 000012.sst
    readStreamHandle(reading, use)
  }
}

/** `ChangelogStateBackendHandleImpl`: a materialized part of any kind and the changes since. */
function readChangelog(reading: Reading, tag: number): void {
  const { cursor, layout } = reading
  reading.features.changelog = true
  if (tag === TAG.changelog) reading.dialects.changelog = true
  const at = cursor.offset
  // Flink's reader refuses a changelog that covers no key group.
  if (readKeyGroupRange(reading) === 0) cursor.fail('changelog state handle without key groups', at)
  const hasIds = tag === TAG.changelogV2 || layout.writer !== '1.14'
  if (hasIds) cursor.skip(8) // checkpointed size
  const materialized = cursor.count('number of materialized states')
  for (let state = 0; state < materialized; state++) reading.nest(() => readKeyedHandle(reading, true))
  const increments = cursor.count('number of changelog increments')
  for (let increment = 0; increment < increments; increment++) readChangelogIncrement(reading, cursor.u8(), 'changelog increment')
  if (!hasIds) return
  cursor.skip(tag === TAG.changelogV2 ? 16 : 8) // materialization id and, since 1.16, checkpoint id
  cursor.skipUtf() // state handle id
}
