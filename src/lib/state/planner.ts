import { CircumstancesByDirectory } from './circumstances.js'
import type { KeyId } from './key-table.js'
import { lastSegment } from './layout.js'
import type { LiveSet } from './live-set.js'
import type { Location } from './location.js'
import { isUnderRoots, metadataKey } from './places.js'
import type { DeleteReason, Held, PlanInput, PlannedDelete } from './plan.js'
import type { Strays } from './strays.js'
import type { StoredBlob } from './survey.js'
import { type SweepVerdict, sweep } from './sweep.js'

interface Swept {
  deletes: PlannedDelete[]
  held: Held[]
  /** Directories with an unreferenced blob that stays. */
  kept: Location[]
}

/** A file of expired snapshots only; it goes if one of them may take it along, and after all of them. */
type ExpiredFile = PlannedDelete & { after: string[]; mayGo: boolean }

/** One for all that wait for nothing: there may be millions of them. */
const NOTHING: readonly string[] = []

/** Names what goes and what is held, blob by blob. */
export class Planner {
  readonly #input: PlanInput
  readonly #live: LiveSet
  readonly #strays: Strays
  readonly #circumstances: CircumstancesByDirectory

  constructor(input: PlanInput, live: LiveSet, strays: Strays) {
    this.#input = input
    this.#live = live
    this.#strays = strays
    this.#circumstances = new CircumstancesByDirectory(input, live, strays)
  }

  /** `_metadata` of every expired snapshot first, then the files that nobody else needs. */
  expired(): PlannedDelete[] {
    const metadata: PlannedDelete[] = []
    const files = new Map<KeyId, ExpiredFile>()
    for (const { snapshot, verdict } of this.#input.decisions) {
      const blob = this.#input.survey.stored.get(metadataKey(snapshot.directory))
      if (verdict !== 'expire' || blob === undefined) continue
      const reason = snapshot.kind === 'savepoint' ? 'expired-savepoint' : 'expired-checkpoint'
      metadata.push({ blob, reason, after: NOTHING })
      const after = metadataKey(snapshot.directory)
      for (const id of snapshot.references) this.#expireFile(id, snapshot.directory, after, reason, files)
    }
    return [...metadata, ...[...files.values()].filter((one) => one.mayGo).map(({ blob, reason, after }) => ({ blob, reason, after }))]
  }

  #expireFile(id: KeyId, directory: Location, after: string, reason: DeleteReason, files: Map<KeyId, ExpiredFile>): void {
    const { stored, blobs } = this.#input.survey
    if (this.#live.keys[id] === 1 || !stored.has(id)) return
    const file = files.get(id) ?? { blob: blobs.blobOf(id), reason, after: [], mayGo: false }
    file.after.push(after)
    file.mayGo ||= this.#mayGo(id, file.blob, directory)
    files.set(id, file)
  }

  /** A file in the expired snapshot's own directory goes with it; one elsewhere must pass the class table of its tree. */
  #mayGo(id: KeyId, blob: StoredBlob, directory: Location): boolean {
    const verdict = this.#sweepOne(id)
    if (verdict.action === 'delete') return true
    return (
      isUnderRoots(blob, [directory]) &&
      (verdict.reason === 'too-young' ||
        verdict.reason === 'no-job' ||
        verdict.reason === 'job-running' ||
        verdict.reason === 'job-unknown' ||
        verdict.reason === 'not-asked')
    )
  }

  #sweepOne(id: KeyId): SweepVerdict {
    const { blobs, serverTimeMs } = this.#input.survey
    const { names } = this.#strays
    const circumstances = this.#circumstances.of(id)
    return sweep({
      ...circumstances.case,
      ageMs: serverTimeMs - Math.max(blobs.lastModifiedOf(id), circumstances.newestMs),
      isPossiblyNeeded: circumstances.isTreePossiblyNeeded || (names.size > 0 && names.has(blobs.keys.nameOf(id))),
    })
  }

  swept(): Swept {
    const { blobs, loose, others } = this.#input.survey
    const held = new Map<string, Held>()
    const deletes = { orphan: [] as KeyId[], incomplete: [] as KeyId[] }
    const kept = new Set<number>()
    for (const id of loose.ids()) {
      const verdict: SweepVerdict = this.#input.sweeps === false ? { action: 'hold', reason: 'not-asked' } : this.#sweepOne(id)
      if (verdict.action === 'delete') deletes[verdict.reason].push(id)
      else {
        kept.add(blobs.keys.directoryOf(id))
        addHeld(held, { prefix: this.#circumstances.of(id).treeKey, blobs: 1, bytes: blobs.sizeOf(id), reason: verdict.reason })
      }
    }
    for (const [prefix, sum] of others) {
      addHeld(held, { prefix, ...sum, reason: lastSegment(prefix) === '_$azuretmpfolder$' ? 'temporary' : 'unknown-layout' })
    }
    // Listings come in no order; the plan shall not depend on which answer came first.
    return {
      deletes: this.#sweptOf(deletes.incomplete, 'incomplete').concat(this.#sweptOf(deletes.orphan, 'orphan')),
      held: [...held.values()].sort((a, b) => b.bytes - a.bytes || (a.prefix < b.prefix ? -1 : 1)),
      kept: [...kept].map((directory) => blobs.directoryAt(directory)),
    }
  }

  #sweptOf(ids: KeyId[], reason: DeleteReason): PlannedDelete[] {
    const { blobs } = this.#input.survey
    return ids.sort((a, b) => blobs.keys.compare(a, b)).map((id) => ({ blob: blobs.blobOf(id), reason, after: NOTHING }))
  }
}

function addHeld(held: Map<string, Held>, more: Held): void {
  const key = `${more.reason} ${more.prefix}`
  const sum = held.get(key)
  if (sum === undefined) held.set(key, more)
  else {
    sum.blobs += more.blobs
    sum.bytes += more.bytes
  }
}
