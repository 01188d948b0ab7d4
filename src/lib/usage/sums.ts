import { isPlainName, lastSegment, parentOf, placeOf } from '../state/layout.js'
import { type Location, locationKey } from '../state/location.js'
import type { Snapshot } from '../state/snapshot.js'
import type { StoredBlob } from '../state/survey.js'
import { type Amount, add, sumOf } from './amount.js'
import { bytesOf, emptyLineage, type LineageUsage } from './lineage-usage.js'

export interface UsageSums {
  lineages: LineageUsage[]
  /** `_$azuretmpfolder$`: uploads under way, or left by a writer that died. */
  temporary: Amount
  /** Outside Flink's layout, and this tool's own records. */
  other: Amount
  markers: number
  total: Amount
}

/** What the sums need of a survey. */
export interface Surveyed {
  snapshots: Snapshot[]
  stored: Iterable<StoredBlob>
  loose: Iterable<StoredBlob>
  markers: { length: number }
  others: Map<string, Amount>
  totals: Amount
}

/** Which lineage something belongs to, by its job or its place; `Lineages` tells. */
export interface LineageNames {
  of(snapshot: Pick<Snapshot, 'jobId' | 'directory'>): string
  label(key: string): string
}

/** `intervals`: time between two checkpoints of each running job, to tell what the newest one has written. */
export function sumUsage(survey: Surveyed, lineages: LineageNames, intervals: ReadonlyMap<string, number> = new Map()): UsageSums {
  const fold = new Fold(survey.snapshots, lineages, intervals)
  for (const blob of survey.stored) fold.addStored(blob)
  for (const blob of survey.loose) fold.addLoose(blob)
  const rows = fold.result()
  const temporary = sumOf([...survey.others].filter(([key]) => lastSegment(key) === '_$azuretmpfolder$').map(([, amount]) => amount))
  const known = sumOf([temporary, ...rows.flatMap((row) => [row.exclusive, row.shared, row.orphaned])])
  const markers = survey.markers.length
  const other = { blobs: survey.totals.blobs - known.blobs - markers, bytes: survey.totals.bytes - known.bytes }
  return { lineages: rows, temporary, other, markers, total: { ...survey.totals } }
}

interface Owner {
  row: LineageUsage
  isExclusive: boolean
}

const BLOCK_BYTES = 4 * 1024 * 1024

class Fold {
  readonly #lineages: LineageNames
  readonly #snapshots: Map<string, Snapshot>
  readonly #rows = new Map<string, LineageUsage & { ids: Set<string> }>()
  readonly #newest: Map<string, Newest>
  /** Files of one directory have one owner. */
  readonly #owners = new Map<string, Owner>()

  constructor(snapshots: Snapshot[], lineages: LineageNames, intervals: ReadonlyMap<string, number>) {
    this.#lineages = lineages
    this.#snapshots = new Map(snapshots.map((one) => [locationKey(one.directory), one]))
    this.#newest = newestOf(snapshots, lineages, intervals)
    for (const one of snapshots) if (one.etag !== null) this.#count(one)
  }

  addStored(blob: StoredBlob): void {
    const { row, isExclusive } = this.#ownerOf(blob)
    add(isExclusive ? row.exclusive : row.shared, { blobs: 1, bytes: blob.sizeBytes })
    const newest = this.#newest.get(row.key)
    if (newest === undefined || !hasWritten(newest, blob, isExclusive)) return
    add(row.written, { blobs: 1, bytes: blob.sizeBytes })
    row.written.blocks += Math.max(1, Math.ceil(blob.sizeBytes / BLOCK_BYTES))
  }

  addLoose(blob: StoredBlob): void {
    add(this.#ownerOf(blob).row.orphaned, { blobs: 1, bytes: blob.sizeBytes })
  }

  result(): LineageUsage[] {
    const rows = [...this.#rows.values()].map(({ ids, ...row }) => ({ ...row, jobIds: [...ids].toSorted(byText) }))
    return toldApart(rows).toSorted((a, b) => bytesOf(b) - bytesOf(a) || byText(a.lineage, b.lineage))
  }

  #count(snapshot: Snapshot): void {
    const row = this.#rowOf(snapshot)
    if (snapshot.completeness !== 'complete') row.incomplete += snapshot.completeness === 'writing' ? 0 : 1
    else if (snapshot.kind === 'checkpoint') row.checkpoints++
    else row.savepoints++
  }

  #ownerOf(blob: StoredBlob): Owner {
    if (!isPlainName(lastSegment(blob.name))) return this.#findOwner(blob)
    const key = locationKey({ ...blob, name: parentOf(blob.name) })
    const owner = this.#owners.get(key) ?? this.#findOwner(blob)
    this.#owners.set(key, owner)
    return owner
  }

  #findOwner(blob: StoredBlob): Owner {
    const { account, container } = blob
    const place = placeOf(blob.name)
    const at = (name: string): Location => ({ account, container, name })
    const snapshot = this.#snapshots.get(locationKey(at(parentOf(blob.name)))) ?? this.#snapshots.get(locationKey(at(place.directory)))
    const isExclusive = snapshot !== undefined || place.area === 'checkpoint' || place.area === 'savepoint'
    const directory = at(place.tree || place.directory)
    return { isExclusive, row: this.#rowOf({ jobId: place.jobId ?? snapshot?.jobId ?? null, directory: snapshot?.directory ?? directory }) }
  }

  #rowOf({ jobId, directory }: Pick<Snapshot, 'jobId' | 'directory'>): LineageUsage {
    const key = this.#lineages.of({ jobId, directory })
    const row = this.#rows.get(key) ?? { ...emptyLineage(key, this.#lineages.label(key)), ids: new Set<string>() }
    this.#rows.set(key, row)
    if (jobId !== null) row.ids.add(jobId)
    return row
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}

/** Two lineages may have one name, when neither is known to have ended. */
function toldApart(rows: LineageUsage[]): LineageUsage[] {
  const isTwice = (name: string) => rows.filter((row) => row.lineage === name).length > 1
  return rows.map((row) => (isTwice(row.lineage) ? { ...row, lineage: `${row.lineage} (${row.jobIds[0]?.slice(0, 8) ?? row.key})` } : row))
}

/** The newest complete checkpoint of a running job, and when it was written. */
interface Newest {
  directory: string
  fromMs: number
  toMs: number
}

function newestOf(snapshots: Snapshot[], lineages: LineageNames, intervals: ReadonlyMap<string, number>): Map<string, Newest> {
  const newest = new Map<string, Newest>()
  for (const one of snapshots) {
    const intervalMs = one.jobId === null ? undefined : intervals.get(one.jobId)
    if (intervalMs === undefined || one.kind !== 'checkpoint' || one.completeness !== 'complete') continue
    const key = lineages.of(one)
    const toMs = one.completedAtMs
    if ((newest.get(key)?.toMs ?? 0) < toMs) newest.set(key, { directory: locationKey(one.directory), fromMs: toMs - intervalMs, toMs })
  }
  return newest
}

/** All in its own directory; of what is shared, what came within an interval before it was complete. */
function hasWritten({ directory, fromMs, toMs }: Newest, blob: StoredBlob, isExclusive: boolean): boolean {
  if (isExclusive) return locationKey(blob).startsWith(`${directory}/`)
  return blob.lastModifiedMs > fromMs && blob.lastModifiedMs <= toMs
}
