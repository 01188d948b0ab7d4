import type { Hold } from './holds.js'
import { lastSegment, placeOf } from './layout.js'
import { type Location, locationKey } from './location.js'
import { metadataKeyName, treeKey } from './places.js'
import type { Snapshot } from './snapshot.js'
import type { Survey } from './survey.js'

/**
 * Trees (keys) that somebody copied: a `_metadata` in them names not one file of theirs, but files of the same job's tree, or of the same
 * snapshot's directory, at another place. What lies beside it proves nothing: Flink names that relatively, so a copy names its own.
 */
export function copiedTrees({ snapshots, blobs: { keys } }: Pick<Survey, 'snapshots' | 'blobs'>): Map<string, Hold> {
  const copies = new Map<string, Hold>()
  for (const snapshot of snapshots) {
    const tree = treeOf(snapshot.directory)
    if (tree === null || copies.has(tree)) continue
    const original = originalOf(snapshot, tree, (id) => keys.prefixOf(keys.directoryOf(id)))
    if (original !== null) copies.set(tree, { reason: 'copy', detail: `its tree is a copy of ${original}` })
  }
  return copies
}

/** Most snapshots that name anything elsewhere name a file of their own tree at once, and then it is none. */
function originalOf(snapshot: Snapshot, tree: string, prefixOf: (id: number) => string): string | null {
  const own = `${locationKey(snapshot.directory)}/`
  let original: string | null = null
  let last = own
  for (const id of snapshot.references) {
    const prefix = prefixOf(id)
    if (prefix === last || prefix.startsWith(own)) continue
    last = prefix
    if (prefix.startsWith(`${tree}/`)) return null
    original ??= sameElsewhere(snapshot, prefix)
  }
  return original
}

/** The tree of a directory (key with a slash) when it is that of the same job, or of a snapshot of the same name. */
function sameElsewhere({ directory }: Snapshot, prefix: string): string | null {
  const [account = '', container = '', ...parts] = prefix.split('/')
  const location = { account, container, name: parts.slice(0, -1).join('/') }
  const there = placeOf(`${location.name}/file`)
  const here = placeOf(metadataKeyName(directory))
  // Changelog files lie below a root of their own.
  const isSameJob = there.jobId !== null && there.jobId === here.jobId && there.area !== 'changelog'
  const isSameSnapshot = isOfSnapshot(there.area) && lastSegment(there.directory) === lastSegment(directory.name)
  return isSameJob || isSameSnapshot ? treeKey(location, there) : null
}

function isOfSnapshot(area: string): boolean {
  return area === 'checkpoint' || area === 'savepoint'
}

/** `null` where no snapshot of Flink can lie, and in a root without job directories, which is many jobs' tree: only that directory counts. */
function treeOf(directory: Location): string | null {
  const place = placeOf(metadataKeyName(directory))
  if (!isOfSnapshot(place.area)) return null
  return place.area === 'checkpoint' && place.jobId === null ? locationKey(directory) : treeKey(directory, place)
}
