import { snapshotDirectory } from './lineage.js'
import { locationKey, parseLocation } from './location.js'
import { isOpen, type Manifest } from './manifest.js'

/** What maintenance windows keep a clean-up from. */
export interface Windows {
  /** Snapshot directories (keys) that an open window names, each with why they stay. */
  named: ReadonlyMap<string, string>
  /** Ids of manifests that cannot be read: what they name is unknown. */
  unreadable: string[]
}

export const NO_WINDOWS: Windows = { named: new Map(), unreadable: [] }

/**
 * The savepoints and last checkpoints that open windows name. Of copies of one manifest the newest counts: a window that came to its end
 * keeps nothing, whatever an old copy of it says.
 */
export function namedByWindows(copies: Manifest[]): Map<string, string> {
  const named = new Map<string, string>()
  for (const manifest of newestCopies(copies).filter(isOpen)) {
    for (const { name, path, configuration } of manifest.jobs) {
      const why = `${name} may have to come back from it: maintenance window ${manifest.id} of ${manifest.createdAt} is still open`
      for (const key of [path, configuration.lastCheckpoint].flatMap(keyOf)) named.set(key, why)
    }
  }
  return named
}

function newestCopies(copies: Manifest[]): Manifest[] {
  const newest = new Map<string, Manifest>()
  for (const copy of copies) if (copy.revision > (newest.get(copy.id)?.revision ?? -1)) newest.set(copy.id, copy)
  return [...newest.values()]
}

function keyOf(path: string | null | undefined): string[] {
  const parsed = parseLocation(path ?? '')
  return parsed.ok ? [locationKey(snapshotDirectory(parsed.location))] : []
}
