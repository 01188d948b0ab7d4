import type { Reading, Use } from './reading.js'
import { readBytes, readKeyGroupRange, readNullableStreamHandle } from './stream-handle.js'
import { TAG } from './tags.js'

/** Changelog files belong to the JobManager's registry as soon as a checkpoint names them (`ChangelogStateHandleStreamImpl`). */
const CHANGELOG: Use = { role: 'changelog', shared: true }

/** Changes since the last materialization, behind their tag: in memory (`InMemoryChangelogStateHandle`) or in files. */
export function readChangelogIncrement(reading: Reading, tag: number, expected: string): void {
  reading.features.changelog = true
  if (tag !== TAG.changelogFileIncrementV2) reading.dialects.changelog = true
  switch (tag) {
    case TAG.changelogByteIncrement:
      readInMemoryIncrement(reading)
      break
    case TAG.changelogFileIncrement:
    case TAG.changelogFileIncrementV2:
      readFileIncrement(reading, tag)
      break
    default:
      reading.cursor.fail(`unknown ${expected} tag ${tag}`, reading.cursor.offset - 1)
  }
}

function readInMemoryIncrement(reading: Reading): void {
  const { cursor, layout } = reading
  readKeyGroupRange(reading)
  cursor.skip(16) // from and to sequence number
  const changes = cursor.count('number of changes', 8)
  for (let change = 0; change < changes; change++) {
    cursor.skip(4) // key group, or -1 for a change of the state's description
    reading.inlineBytes += readBytes(reading)
  }
  if (layout.writer !== '1.14') cursor.skipUtf() // state handle id
}

function readFileIncrement(reading: Reading, tag: number): void {
  const { cursor, layout } = reading
  readKeyGroupRange(reading)
  const files = cursor.count('number of changelog files', 9)
  for (let file = 0; file < files; file++) {
    cursor.skip(8) // offset of the changes in the file
    readNullableStreamHandle(reading, CHANGELOG)
  }
  cursor.skip(8) // size
  if (tag === TAG.changelogFileIncrement && layout.writer === '1.14') return
  cursor.skip(8) // checkpointed size
  cursor.skipUtf() // state handle id
  if (tag === TAG.changelogFileIncrementV2) cursor.skipUtf() // storage identifier
}
