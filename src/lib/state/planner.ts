import { lastSegment, parentOf, placeOf } from './layout.js'
import { isBelow, type Location, locationKey } from './location.js'
import { isUnderRoots, jobOf, metadataKey, treeKey } from './places.js'
import type { DeleteReason, Held, PlanInput, PlannedDelete } from './plan.js'
import { isAsked } from './retention.js'
import { type RunningTree, runningTrees } from './running-tree.js'
import type { Strays } from './strays.js'
import type { StoredBlob } from './survey.js'
import { type SweepVerdict, sweep } from './sweep.js'

export interface LiveSet {
  keys: Set<string>
  /** Directories (keys) that are needed as a whole. */
  directories: Set<string>
}

/** Everything that a snapshot which stays needs; one without `_metadata` stays too. */
export function liveSet(input: PlanInput): LiveSet {
  const live: LiveSet = { keys: new Set(), directories: new Set() }
  const expiring = new Set(input.decisions.filter((one) => one.verdict === 'expire').map((one) => one.snapshot))
  for (const snapshot of input.survey.snapshots) {
    if (expiring.has(snapshot)) continue
    for (const key of snapshot.references) live.keys.add(key)
    for (const key of snapshot.directories) live.directories.add(key)
    live.keys.add(metadataKey(snapshot.directory))
  }
  return live
}

interface Swept {
  deletes: PlannedDelete[]
  held: Held[]
  /** Unreferenced blobs that stay. */
  kept: StoredBlob[]
}

/** A file of expired snapshots only; it goes if one of them may take it along, and after all of them. */
type ExpiredFile = PlannedDelete & { mayGo: boolean }

/** Names what goes and what is held, blob by blob. */
export class Planner {
  readonly #input: PlanInput
  readonly #live: LiveSet
  readonly #strays: Strays
  readonly #running: Map<string, RunningTree>
  /** Directories (keys) with a `_metadata` that stays. */
  readonly #withMetadata: Set<string>
  readonly #isChangelogLive: boolean
  /** When the newest blob of a directory without `_metadata` was written, by key: while one is young, all may be under way. */
  readonly #newestIn: Map<string, number>

  constructor(input: PlanInput, live: LiveSet, strays: Strays) {
    this.#input = input
    this.#live = live
    this.#strays = strays
    const expiring = new Set(input.decisions.filter((one) => one.verdict === 'expire').map((one) => one.snapshot))
    const staying = input.survey.snapshots.filter((one) => one.etag !== null && !expiring.has(one))
    this.#withMetadata = new Set(staying.map((one) => locationKey(one.directory)))
    this.#running = runningTrees(input.survey, input.jobs, input.graceMs)
    this.#isChangelogLive = [...input.jobs.values()].some((job) => job.liveness !== 'terminated' && job.changelog === true)
    const unfinished = input.survey.snapshots.filter((one) => one.etag === null)
    this.#newestIn = new Map(unfinished.map((one) => [locationKey(one.directory), one.completedAtMs]))
  }

  /** `_metadata` of every expired snapshot first, then the files that nobody else needs. */
  expired(): PlannedDelete[] {
    const metadata: PlannedDelete[] = []
    const files = new Map<string, ExpiredFile>()
    for (const { snapshot, verdict } of this.#input.decisions) {
      const blob = this.#input.survey.stored.get(metadataKey(snapshot.directory))
      if (verdict !== 'expire' || blob === undefined) continue
      const reason = snapshot.kind === 'savepoint' ? 'expired-savepoint' : 'expired-checkpoint'
      metadata.push({ blob, reason, after: [] })
      for (const key of snapshot.references) this.#expireFile(key, snapshot.directory, reason, files)
    }
    return [...metadata, ...[...files.values()].filter((one) => one.mayGo).map(({ blob, reason, after }) => ({ blob, reason, after }))]
  }

  #expireFile(key: string, directory: Location, reason: DeleteReason, files: Map<string, ExpiredFile>): void {
    const blob = this.#input.survey.stored.get(key)
    if (blob === undefined || this.#live.keys.has(key)) return
    const file = files.get(key) ?? { blob, reason, after: [], mayGo: false }
    file.after.push(metadataKey(directory))
    file.mayGo ||= this.#mayGo(blob, directory)
    files.set(key, file)
  }

  /** A file in the expired snapshot's own directory goes with it; one elsewhere must pass the class table of its tree. */
  #mayGo(blob: StoredBlob, directory: Location): boolean {
    const verdict = this.#sweepOne(blob)
    if (verdict.action === 'delete') return true
    const isOwn = blob.account === directory.account && blob.container === directory.container && isBelow(blob.name, directory.name)
    return (
      isOwn &&
      (verdict.reason === 'too-young' ||
        verdict.reason === 'no-job' ||
        verdict.reason === 'job-running' ||
        verdict.reason === 'job-unknown' ||
        verdict.reason === 'not-asked')
    )
  }

  #sweepOne(blob: StoredBlob): SweepVerdict {
    const place = placeOf(blob.name)
    const directoryKey = locationKey({ ...blob, name: place.directory })
    const job = jobOf(place, this.#input.jobs)
    return sweep({
      place,
      ageMs: this.#input.survey.serverTimeMs - Math.max(blob.lastModifiedMs, this.#newestIn.get(directoryKey) ?? 0),
      graceMs: this.#input.graceMs,
      job,
      isAsked: isAsked(job?.jobId ?? null, this.#input.only),
      hasMetadata: this.#withMetadata.has(directoryKey),
      isBelowRoot: isUnderRoots(blob, this.#input.roots),
      isBelowNeededDirectory: this.#isBelowNeededDirectory(blob),
      isPossiblyNeeded: this.#strays.names.has(lastSegment(blob.name)) || this.#strays.trees.has(treeKey(blob, place)),
      isChangelogLive: this.#isChangelogLive,
      sweepsTaskOwned: this.#input.sweepsTaskOwned,
      running: this.#running.get(place.jobId ?? ''),
    })
  }

  #isBelowNeededDirectory(blob: StoredBlob): boolean {
    if (this.#live.directories.size === 0) return false
    for (let { name } = blob; name !== ''; name = parentOf(name)) {
      if (this.#live.directories.has(locationKey({ ...blob, name }))) return true
    }
    return false
  }

  swept(): Swept {
    const held = new Map<string, Held>()
    const swept: Swept = { deletes: [], held: [], kept: [] }
    for (const blob of this.#input.survey.loose) {
      const place = placeOf(blob.name)
      const verdict: SweepVerdict = this.#input.sweeps === false ? { action: 'hold', reason: 'not-asked' } : this.#sweepOne(blob)
      if (verdict.action === 'delete') swept.deletes.push({ blob, reason: verdict.reason, after: [] })
      else {
        swept.kept.push(blob)
        addHeld(held, { prefix: treeKey(blob, place), blobs: 1, bytes: blob.sizeBytes, reason: verdict.reason })
      }
    }
    for (const [prefix, sum] of this.#input.survey.others) {
      addHeld(held, { prefix, ...sum, reason: lastSegment(prefix) === '_$azuretmpfolder$' ? 'temporary' : 'unknown-layout' })
    }
    swept.held = [...held.values()].sort((a, b) => b.bytes - a.bytes)
    return swept
  }
}

function addHeld(held: Map<string, Held>, more: Held): void {
  const key = `${more.reason} ${more.prefix}`
  const sum = held.get(key)
  held.set(key, sum === undefined ? more : { ...sum, blobs: sum.blobs + more.blobs, bytes: sum.bytes + more.bytes })
}
