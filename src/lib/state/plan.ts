import { planGuards } from './guards.js'
import type { KnownJob } from './jobs.js'
import { lastSegment, type Place, parentOf, placeOf, savepointPrefix } from './layout.js'
import { isBelow, type Location, locationKey } from './location.js'
import { planMarkers } from './markers.js'
import { type Decision, isAsked } from './retention.js'
import { type RunningTree, runningTrees } from './running-tree.js'
import { settle } from './settle.js'
import type { StoredBlob, Survey } from './survey.js'
import { type HoldReason, type SweepVerdict, sweep } from './sweep.js'

export type DeleteReason = 'expired-checkpoint' | 'expired-savepoint' | 'incomplete' | 'orphan' | 'marker'

export interface PlannedDelete {
  blob: StoredBlob
  reason: DeleteReason
  /**
   * Keys of blobs that must be gone before this one may go: of a file every `_metadata` that names it, of a directory marker what lies
   * in the directory.
   */
  after: string[]
}

export interface Held {
  /** Key prefix of what is held together: the job tree, savepoint or top directory. */
  prefix: string
  blobs: number
  bytes: number
  reason: HoldReason
}

export interface Guard {
  name: string
  status: 'ok' | 'warn' | 'refuse'
  message: string
  /** The flag that overrides a refusal; `null` = nothing does. */
  override: string | null
}

export interface CleanupPlan {
  /** In the order of execution: `_metadata` of expired snapshots, then files, then markers from the deepest up. */
  deletes: PlannedDelete[]
  decisions: Decision[]
  held: Held[]
  guards: Guard[]
  totals: { blobs: number; bytes: number }
  scanned: { blobs: number; bytes: number; snapshots: number }
}

export interface PlanInput {
  survey: Survey
  jobs: Map<string, KnownJob>
  decisions: Decision[]
  /** Directories below which sweeping is allowed. */
  roots: Location[]
  graceMs: number
  /** Job ids that the user asked for; `null` or absent = all. */
  only?: ReadonlySet<string> | null
  /** `false`: only the expired snapshots go, no orphan is swept. */
  sweeps?: boolean
  /** As in the retention policy. */
  dead?: ReadonlySet<string> | undefined
  /** The user asserts that no job has a write-ahead sink: task-owned files of ended jobs may go. */
  sweepsTaskOwned?: boolean | undefined
  /** Largest share of the scanned bytes that may be swept as orphans, 0 to 1. */
  maxShare: number
  /** Guards that other parts found (cluster, history, soft delete, ...). */
  guards: Guard[]
}

/** Turns decisions into a deletion plan. Pure: it can name blobs, it cannot reach storage. */
export function planDeletions(asked: PlanInput): CleanupPlan {
  const strays = findStrays(asked.survey)
  const input = { ...asked, decisions: settle(asked.decisions, (directory) => protection(directory, asked, strays)) }
  const live = liveSet(input)
  const planner = new Planner(input, live, strays)
  const expired = planner.expired()
  const swept = planner.swept()
  const files = [...expired, ...swept.deletes]
  const markers = planMarkers({
    survey: input.survey,
    deletes: files,
    held: swept.kept,
    jobs: input.jobs,
    roots: input.roots,
    graceMs: input.graceMs,
    only: input.only,
    sweeps: input.sweeps,
  })
  const deletes = [...files, ...markers]
  const totals = { blobs: deletes.length, bytes: deletes.reduce((sum, one) => sum + one.blob.sizeBytes, 0) }
  return {
    deletes,
    decisions: input.decisions,
    held: swept.held,
    guards: planGuards(input, swept.deletes),
    totals,
    scanned: { ...input.survey.totals, snapshots: input.survey.snapshots.filter((one) => one.etag !== null).length },
  }
}

/** Files that some snapshot misses in its own directory, though they may lie elsewhere under the same name (FLINK-39964). */
interface Strays {
  names: Set<string>
  /** Trees (keys) that miss such a file which lies elsewhere, or hold a blob of that name: nothing in them goes. */
  trees: Set<string>
}

function findStrays(survey: Survey): Strays {
  const strays: Strays = { names: new Set(), trees: new Set() }
  for (const snapshot of survey.snapshots) {
    for (const name of snapshot.strays) strays.names.add(name)
  }
  if (strays.names.size === 0) return strays
  const found = new Set<string>()
  for (const blobs of [survey.stored.values(), survey.loose]) {
    for (const blob of blobs) {
      const name = lastSegment(blob.name)
      if (!strays.names.has(name)) continue
      found.add(name)
      strays.trees.add(treeKey(blob, placeOf(blob.name)))
    }
  }
  for (const { strays: missed, directory } of survey.snapshots) {
    if (missed.some((name) => found.has(name))) strays.trees.add(treeKey(directory, placeOf(metadataKeyName(directory))))
  }
  return strays
}

function protection(directory: Location, input: PlanInput, strays: Strays): string | null {
  if (!isUnderRoots(directory, input.roots)) return 'it lies outside the configured roots'
  const place = placeOf(metadataKeyName(directory))
  const isKnownLayout = (place.area === 'checkpoint' || place.area === 'savepoint') && place.file === '_metadata'
  if (!isKnownLayout) return 'it lies outside the known layout'
  return strays.trees.has(treeKey(directory, place))
    ? 'it misses files that lie elsewhere under the same name, or another snapshot misses files that lie here (FLINK-39964)'
    : null
}

interface LiveSet {
  keys: Set<string>
  /** Directories (keys) that are needed as a whole. */
  directories: Set<string>
}

/** Everything that a snapshot which stays needs; one without `_metadata` stays too. */
function liveSet(input: PlanInput): LiveSet {
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

function metadataKeyName(directory: Location): string {
  return directory.name === '' ? '_metadata' : `${directory.name}/_metadata`
}

/** Key of a snapshot's `_metadata`. */
function metadataKey(directory: Location): string {
  return locationKey({ ...directory, name: metadataKeyName(directory) })
}

function treeKey(location: Location, place: Place): string {
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
function isUnderRoots(location: Location, roots: Location[]): boolean {
  return roots.some(
    (root) => root.account === location.account && root.container === location.container && isBelow(location.name, root.name),
  )
}

/** A file of expired snapshots only; it goes if one of them may take it along, and after all of them. */
type ExpiredFile = PlannedDelete & { mayGo: boolean }

interface Swept {
  deletes: PlannedDelete[]
  held: Held[]
  /** Unreferenced blobs that stay. */
  kept: StoredBlob[]
}

class Planner {
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
