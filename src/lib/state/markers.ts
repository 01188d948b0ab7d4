import { type Holds, holdOf, NO_HOLDS } from './holds.js'
import type { KnownJob } from './jobs.js'
import { isFlinkPath, isJobId, lastSegment, parentOf, placeOf } from './layout.js'
import { type Location, locationKey } from './location.js'
import { isInDirectories, isUnderRoots } from './places.js'
import type { PlannedDelete } from './plan.js'
import { isAsked } from './retention.js'
import type { StoredBlob, Survey } from './survey.js'

export interface MarkersInput {
  survey: Survey
  /** Files that the plan deletes. */
  deletes: PlannedDelete[]
  /** Directories with an unreferenced blob that stays. */
  held: Iterable<Location>
  /** Directories (keys) that a snapshot which stays needs as a whole (file merging): Flink looks them up, empty or not. */
  needed?: ReadonlySet<string>
  /** What somebody else than the jobs points at: no directory of it goes. */
  holds?: Holds | undefined
  jobs: Map<string, KnownJob>
  roots: Location[]
  graceMs: number
  /** Job ids that the user asked for; `null` or absent = all. */
  only?: ReadonlySet<string> | null | undefined
  /** `false`: only what the plan itself empties. */
  sweeps?: boolean | undefined
}

const NONE: ReadonlySet<string> = new Set()

type PlannedMarker = PlannedDelete & { after: string[] }

/**
 * Directory markers that the plan leaves empty: in trees of ended jobs older than the grace period, and the directories of what the
 * plan itself empties. Deepest first, so that no directory disappears before its children; a marker that stays keeps its parents.
 */
export function planMarkers(input: MarkersInput): PlannedDelete[] {
  if (input.survey.markers.length === 0) return []
  const occupied = occupiedDirectories(input)
  const emptied = new Set(input.deletes.map((one) => keyOfParent(one.blob)))
  const planned = new Map<string, PlannedMarker>()
  for (const marker of input.survey.markers.toSorted((a, b) => b.name.length - a.name.length || a.name.localeCompare(b.name))) {
    const key = locationKey(marker)
    if (!occupied.has(key) && mayGo(marker, emptied, input)) planned.set(key, { blob: marker, reason: 'marker', after: [] })
    else occupy({ ...marker, name: parentOf(marker.name) }, occupied)
  }
  for (const one of [...input.deletes, ...planned.values()]) nearestMarker(one.blob, planned)?.after.push(locationKey(one.blob))
  return [...planned.values()]
}

/** The planned marker of the closest directory that a blob lies in; what keeps that one keeps those above it. */
function nearestMarker(blob: StoredBlob, planned: Map<string, PlannedMarker>): PlannedMarker | undefined {
  for (let name = parentOf(blob.name); name !== ''; name = parentOf(name)) {
    const marker = planned.get(locationKey({ ...blob, name }))
    if (marker !== undefined) return marker
  }
  return undefined
}

function keyOfParent(blob: StoredBlob): string {
  return locationKey({ ...blob, name: parentOf(blob.name) })
}

/** Directories with at least one blob below that stays, and those that are needed as such. */
function occupiedDirectories({ survey, deletes, held, needed = NONE }: MarkersInput): Set<string> {
  const occupied = new Set(survey.occupied)
  for (const directory of stayingDirectories(survey, deletes)) occupy(directory, occupied)
  for (const directory of held) occupy(directory, occupied)
  for (const key of needed) occupy(locationOf(key), occupied)
  return occupied
}

/** Directories with a referenced blob or a `_metadata` that stays. */
function stayingDirectories({ blobs, stored }: Survey, deletes: PlannedDelete[]): Location[] {
  const { keys } = blobs
  const going = new Uint8Array(keys.size)
  for (const { blob } of deletes) going[keys.find(locationKey(blob)) ?? keys.size] = 1
  const staying = new Set<number>()
  for (const id of stored.ids()) if (going[id] === 0) staying.add(keys.directoryOf(id))
  return [...staying].map((directory) => blobs.directoryAt(directory))
}

/** Occupies a directory and those above it. */
function occupy(directory: Location, occupied: Set<string>): void {
  for (let { name } = directory; name !== ''; name = parentOf(name)) {
    const key = locationKey({ ...directory, name })
    if (occupied.has(key)) return
    occupied.add(key)
  }
}

/** What a key was made of. */
function locationOf(key: string): Location {
  const [account = '', container = '', ...parts] = key.split('/')
  return { account, container, name: parts.join('/') }
}

/** Somebody looks it up, or it is none of Flink's. */
function isNeeded(marker: StoredBlob, { needed = NONE, holds = NO_HOLDS }: MarkersInput): boolean {
  return isInDirectories(marker, needed) || holdOf(holds, marker) !== null || !isFlinkPath(marker.name)
}

function mayGo(marker: StoredBlob, emptied: ReadonlySet<string>, input: MarkersInput): boolean {
  const above = input.roots.filter((root) => root.name !== marker.name)
  if (!isUnderRoots(marker, above) || isNeeded(marker, input)) return false
  const place = placeOf(marker.name)
  const jobId = place.jobId ?? (isJobId(lastSegment(marker.name)) ? lastSegment(marker.name) : null)
  const isOld = input.survey.serverTimeMs - marker.lastModifiedMs > input.graceMs
  if ((input.sweeps === false || !isAsked(jobId, input.only)) && !emptied.has(locationKey(marker))) return false
  if (jobId !== null) {
    const hasEnded = input.jobs.get(jobId)?.liveness === 'terminated'
    return hasEnded && (isOld || (place.area === 'checkpoint' && emptied.has(locationKey(marker))))
  }
  return place.area === 'savepoint' && place.file === '' && (isOld || emptied.has(locationKey(marker)))
}
