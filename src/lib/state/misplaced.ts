import { checkpointIdOf, parentOf, placeOf } from './layout.js'
import { type Location, locationKey } from './location.js'
import { resolveReference } from './references.js'
import type { Metadata } from './types.js'

/**
 * Why a `_metadata` cannot be the one of the directory in which it lies, one clause; `null` when nothing speaks against it. A checkpoint's
 * directory carries its id, and files that are not shared lie in their own checkpoint's directory (`FsCheckpointStreamFactory`).
 */
export function misplacement(metadata: Metadata, directory: Location): string | null {
  const id = checkpointIdOf(directory.name)
  if (id !== null && metadata.checkpointId !== BigInt(id))
    return `it is the _metadata of checkpoint ${metadata.checkpointId}, in the directory of checkpoint ${id}`
  const own = locationKey(directory)
  for (const reference of metadata.references) {
    if (reference.shared || reference.relative || reference.kind !== 'file') continue
    const found = resolveReference(reference, directory)
    if (!found.ok || placeOf(found.location.name).area !== 'checkpoint') continue
    const other = { ...found.location, name: parentOf(found.location.name) }
    if (locationKey(other) !== own) return `it is the _metadata of another snapshot: it names files of ${other.name} as its own`
  }
  return null
}
