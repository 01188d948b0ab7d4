import { placeOf } from './layout.js'
import type { Location } from './location.js'
import { isUnderRoots, metadataKeyName, treeKey } from './places.js'

import type { PlanInput } from './plan.js'
import type { Survey } from './survey.js'

/** Files that some snapshot misses in its own directory, though they may lie elsewhere under the same name (FLINK-39964). */
export interface Strays {
  names: Set<string>
  /** Trees (keys) that miss such a file which lies elsewhere, or hold a blob of that name: nothing in them goes. */
  trees: Set<string>
}

/** Which names are missed somewhere, and which trees hold them. */
export function findStrays(survey: Survey): Strays {
  const strays: Strays = { names: new Set(), trees: new Set() }
  for (const snapshot of survey.snapshots) {
    for (const name of snapshot.strays) strays.names.add(name)
  }
  if (strays.names.size === 0) return strays
  const found = new Set<string>()
  for (const blobs of [survey.stored, survey.loose]) {
    for (const id of blobs.ids()) {
      const name = survey.blobs.keys.nameOf(id)
      if (!strays.names.has(name)) continue
      found.add(name)
      const blob = survey.blobs.blobOf(id)
      strays.trees.add(treeKey(blob, placeOf(blob.name)))
    }
  }
  for (const { strays: missed, directory } of survey.snapshots) {
    if (missed.some((name) => found.has(name))) strays.trees.add(treeKey(directory, placeOf(metadataKeyName(directory))))
  }
  return strays
}

/** Why a snapshot may not expire whatever its age; `null` when it may. */
export function protection(directory: Location, input: PlanInput, strays: Strays): string | null {
  if (!isUnderRoots(directory, input.roots)) return 'it lies outside the configured roots'
  const place = placeOf(metadataKeyName(directory))
  const isKnownLayout = (place.area === 'checkpoint' || place.area === 'savepoint') && place.file === '_metadata'
  if (!isKnownLayout) return 'it lies outside the known layout'
  return strays.trees.has(treeKey(directory, place))
    ? 'it misses files that lie elsewhere under the same name, or another snapshot misses files that lie here (FLINK-39964)'
    : null
}
