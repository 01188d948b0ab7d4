import { drillJobs } from './drill.js'
import type { KnownJob } from './jobs.js'
import { placeOf, savepointPrefix } from './layout.js'
import { type Location, locationKey, parseLocation } from './location.js'
import type { Snapshot } from './snapshot.js'

/** Which job ids are generations of the same job. */
export interface Lineages {
  /** Stable key of the lineage a snapshot belongs to. */
  of(snapshot: Pick<Snapshot, 'jobId' | 'directory'>): string
  /** What a person calls it: the name, or the short job id. */
  label(key: string): string
  /** Whether a name (or a link to a named job) holds the lineage together; without one no newer run can be recognised. */
  isNamed(key: string): boolean
}

/**
 * Groups job ids by the snapshot they were restored from and by name. A name that two jobs share of which neither is proven ended says
 * nothing: such jobs are grouped by restore links only, so that no job's last restore point is given up for another's. A restore test goes
 * on from a job's snapshot and carries on nothing: it is no generation of that job.
 */
export function groupLineages(jobs: Map<string, KnownJob>, snapshots: Snapshot[]): Lineages {
  const sets = new Sets()
  const owners = snapshotOwners(snapshots)
  const drills = drillJobs(jobs, snapshots)
  for (const job of jobs.values()) {
    if (drills.has(job.jobId)) continue
    const parent = ownerOf(job.restoredFrom, owners)
    if (parent !== null && !drills.has(parent)) sets.join(job.jobId, parent)
  }
  joinByName(jobs, sets)
  const names = new Map<string, string>()
  for (const job of jobs.values()) if (job.name !== null) names.set(sets.root(job.jobId), names.get(sets.root(job.jobId)) ?? job.name)
  return {
    of: (snapshot) => (snapshot.jobId === null ? strangerKey(snapshot) : sets.root(snapshot.jobId)),
    label: (key) => names.get(key) ?? (key.length === 32 ? key.slice(0, 8) : key),
    isNamed: (key) => names.has(key),
  }
}

function joinByName(jobs: Map<string, KnownJob>, sets: Sets): void {
  const byName = new Map<string, KnownJob[]>()
  for (const job of jobs.values()) if (job.name !== null && !job.neverRan) byName.set(job.name, [...(byName.get(job.name) ?? []), job])
  for (const sameName of byName.values()) {
    if (sameName.filter((job) => job.liveness !== 'terminated').length > 1) continue
    for (const job of sameName) sets.join(job.jobId, sameName[0]?.jobId ?? job.jobId)
  }
}

/** The jobs that wrote these snapshots, by directory (key). */
export function snapshotOwners(snapshots: Snapshot[]): Map<string, string> {
  return new Map(snapshots.flatMap(({ directory, jobId }) => (jobId === null ? [] : [[locationKey(directory), jobId] as const])))
}

/** The job that wrote the snapshot that a path points at: by the path of a checkpoint, else as `snapshotOwners` knows. */
export function ownerOf(path: string | null, owners: Map<string, string>): string | null {
  const parsed = path === null ? null : parseLocation(path)
  if (!parsed?.ok) return null
  const directory = snapshotDirectory(parsed.location)
  return placeOf(directory.name).jobId ?? owners.get(locationKey(directory)) ?? null
}

/** A snapshot pointer is its directory or the `_metadata` in it. */
export function snapshotDirectory(location: Location): Location {
  if (location.name === '_metadata') return { ...location, name: '' }
  return location.name.endsWith('/_metadata') ? { ...location, name: location.name.slice(0, -'/_metadata'.length) } : location
}

/** A savepoint whose job nobody knows: those with the same 6 hex of a job id belong together. */
function strangerKey(snapshot: Pick<Snapshot, 'directory'>): string {
  const prefix = savepointPrefix(snapshot.directory.name)
  return prefix === null ? locationKey(snapshot.directory) : `job ${prefix}…`
}

/** Disjoint sets of job ids. */
class Sets {
  readonly #parents = new Map<string, string>()

  root(id: string): string {
    let at = id
    for (let up = this.#parents.get(at); up !== undefined; up = this.#parents.get(at)) at = up
    return at
  }

  join(a: string, b: string): void {
    const [rootA, rootB] = [this.root(a), this.root(b)]
    if (rootA !== rootB) this.#parents.set(rootA, rootB)
  }
}
