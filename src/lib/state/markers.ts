import type { KnownJob } from './jobs.js'
import { isJobId, lastSegment, parentOf, placeOf } from './layout.js'
import { isBelow, type Location, locationKey } from './location.js'
import type { PlannedDelete } from './plan.js'
import type { StoredBlob, Survey } from './survey.js'

export interface MarkersInput {
  survey: Survey
  /** Files that the plan deletes. */
  deletes: PlannedDelete[]
  /** Unreferenced blobs that stay. */
  held: StoredBlob[]
  jobs: Map<string, KnownJob>
  roots: Location[]
  graceMs: number
}

/**
 * Directory markers that the plan leaves empty: in trees of ended jobs older than the grace period, and the directories of what the
 * plan itself empties. Deepest first, so that no directory disappears before its children.
 */
export function planMarkers(input: MarkersInput): PlannedDelete[] {
  const going = new Set(input.deletes.map((one) => locationKey(one.blob)))
  const emptied = new Map<string, string[]>()
  for (const one of input.deletes) emptied.set(keyOfParent(one.blob), [...(emptied.get(keyOfParent(one.blob)) ?? []), ...one.after])
  const occupied = occupiedDirectories(input, going)
  return input.survey.markers
    .filter((marker) => !occupied.has(locationKey(marker)) && mayGo(marker, emptied, input))
    .sort((a, b) => b.name.length - a.name.length || a.name.localeCompare(b.name))
    .map((blob) => ({ blob, reason: 'marker', after: [...new Set(emptied.get(locationKey(blob)) ?? [])] }))
}

function keyOfParent(blob: StoredBlob): string {
  return locationKey({ ...blob, name: parentOf(blob.name) })
}

/** Directories with at least one blob below that stays. */
function occupiedDirectories(input: MarkersInput, going: Set<string>): Set<string> {
  const occupied = new Set(input.survey.occupied)
  const staying = [...[...input.survey.stored.values()].filter((blob) => !going.has(locationKey(blob))), ...input.held]
  for (const blob of staying) {
    for (let name = parentOf(blob.name); name !== ''; name = parentOf(name)) {
      const key = locationKey({ ...blob, name })
      if (occupied.has(key)) break
      occupied.add(key)
    }
  }
  return occupied
}

function mayGo(marker: StoredBlob, emptied: Map<string, string[]>, input: MarkersInput): boolean {
  if (
    !input.roots.some(
      (root) => root.container === marker.container && root.account === marker.account && isStrictlyBelow(marker.name, root.name),
    )
  )
    return false
  const place = placeOf(marker.name)
  const jobId = place.jobId ?? (isJobId(lastSegment(marker.name)) ? lastSegment(marker.name) : null)
  const isOld = input.survey.serverTimeMs - marker.lastModifiedMs > input.graceMs
  if (jobId !== null) {
    const hasEnded = input.jobs.get(jobId)?.liveness === 'terminated'
    return hasEnded && (isOld || (place.area === 'checkpoint' && emptied.has(locationKey(marker))))
  }
  return place.area === 'savepoint' && place.file === '' && (isOld || emptied.has(locationKey(marker)))
}

function isStrictlyBelow(name: string, root: string): boolean {
  return name !== root && isBelow(name, root)
}
