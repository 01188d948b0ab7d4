import type { KnownJob } from './jobs.js'
import { type Place, parentOf, savepointPrefix } from './layout.js'
import { isBelow, isSameContainer, type Location, locationKey } from './location.js'

export function metadataKeyName(directory: Location): string {
  return directory.name === '' ? '_metadata' : `${directory.name}/_metadata`
}

/** Key of a snapshot's `_metadata`. */
export function metadataKey(directory: Location): string {
  return locationKey({ ...directory, name: metadataKeyName(directory) })
}

export function treeKey(location: Location, place: Place): string {
  return locationKey({ ...location, name: place.tree === '' ? place.directory : place.tree })
}

/** The job whose end decides over a place; a savepoint's is found by its prefix. */
export function jobOf(place: Place, jobs: Map<string, KnownJob>): KnownJob | null {
  if (place.jobId !== null) return jobs.get(place.jobId) ?? null
  const prefix = place.area === 'savepoint' ? savepointPrefix(place.tree) : null
  if (prefix === null) return null
  const matching = [...jobs.values()].filter((job) => job.jobId.startsWith(prefix))
  return matching.find((job) => job.liveness !== 'terminated') ?? matching[0] ?? null
}

/** Whether a location lies at or below one of the roots. */
export function isUnderRoots(location: Location, roots: Location[]): boolean {
  return roots.some((root) => isSameContainer(root, location) && isBelow(location.name, root.name))
}

/** Whether a location is one of these directories (keys), or lies below one. */
export function isInDirectories(location: Location, keys: ReadonlySet<string>): boolean {
  if (keys.size === 0) return false
  for (let { name } = location; name !== ''; name = parentOf(name)) if (keys.has(locationKey({ ...location, name }))) return true
  return false
}
