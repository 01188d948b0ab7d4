import { Column } from './column.js'
import { Etags } from './etags.js'
import { KeyTable } from './key-table.js'
import { placeOf } from './layout.js'
import { type Location, locationKey } from './location.js'
import type { CleanupPlan, PlannedDelete } from './plan.js'
import type { Survey } from './survey.js'

type Version = Location & { etag: string }

/** A blob that was confirmed and will not be deleted: it is not there any more, is another version, or is wanted now. */
export interface LeftOut {
  /** Its `locationKey`. */
  key: string
  outcome: 'gone' | 'changed' | 'spared'
}

/** Blobs that a person confirmed to be deleted, each as the version that was shown: about 40 bytes for one, so that another plan fits beside them. */
export class Confirmed {
  readonly #keys = new KeyTable()
  readonly #etags = new Etags()
  readonly #taken = new Column((length) => new Uint8Array(length))

  constructor(blobs: Iterable<Version>) {
    for (const blob of blobs) this.#etags.set(this.#keys.intern(locationKey(blob)), blob.etag)
  }

  get size(): number {
    return this.#keys.size
  }

  /** Whether just this version was confirmed. */
  has(blob: Version): boolean {
    return this.#find(blob) !== undefined
  }

  /** Notes that it is to be deleted. */
  take(blob: Version): void {
    const id = this.#find(blob)
    if (id !== undefined) this.#taken.set(id, 1)
  }

  /** What was not taken. */
  *left(): Generator<{ key: string; etag: string }> {
    for (let id = 0; id < this.#keys.size; id++)
      if (this.#taken.get(id) === 0) yield { key: this.#keys.keyOf(id), etag: this.#etags.get(id) }
  }

  #find(blob: Version): number | undefined {
    const id = this.#keys.find(locationKey(blob))
    return id !== undefined && this.#etags.get(id) === blob.etag ? id : undefined
  }
}

/**
 * A plan without all that was not confirmed, and without what must not go before that: never more than either wants. Answers also what was
 * confirmed and stays, by the survey that the plan was made of.
 */
export function narrow(plan: CleanupPlan, survey: Survey, confirmed: Confirmed): { plan: CleanupPlan; left: LeftOut[] } {
  const staying = new Set<string>()
  const deletes = plan.deletes.filter((one) => {
    if (confirmed.has(one.blob) && !one.after.some((key) => staying.has(key))) return true
    staying.add(locationKey(one.blob))
    return false
  })
  for (const { blob } of deletes) confirmed.take(blob)
  return { plan: { ...plan, deletes, totals: totalsOf(deletes) }, left: leftOut(survey, confirmed) }
}

function totalsOf(deletes: PlannedDelete[]): CleanupPlan['totals'] {
  return { blobs: deletes.length, bytes: deletes.reduce((sum, one) => sum + one.blob.sizeBytes, 0) }
}

function leftOut(survey: Survey, confirmed: Confirmed): LeftOut[] {
  const left = [...confirmed.left()]
  if (left.length === 0) return []
  const markers = new Map(survey.markers.map((one) => [locationKey(one), one.etag]))
  return left.map(({ key, etag }) => {
    const now = (survey.stored.get(key) ?? survey.loose.get(key))?.etag ?? markers.get(key)
    if (now === undefined) return { key, outcome: isSurveyed(key) ? 'gone' : 'spared' }
    return { key, outcome: now === etag ? 'spared' : 'changed' }
  })
}

/** Of what lies elsewhere only sums are kept, so nobody knows whether it is there. */
function isSurveyed(key: string): boolean {
  const { area } = placeOf(key.split('/').slice(2).join('/'))
  return area !== 'other' && area !== 'temporary'
}
