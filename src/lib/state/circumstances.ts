import { holdOf, NO_HOLDS } from './holds.js'
import type { KeyId } from './key-table.js'
import { placeOf } from './layout.js'
import type { LiveSet } from './live-set.js'
import { locationKey } from './location.js'
import { isInDirectories, isUnderRoots, jobOf, treeKey } from './places.js'
import type { PlanInput } from './plan.js'
import { isAsked } from './retention.js'
import { type RunningTree, runningTrees } from './running-tree.js'
import type { Strays } from './strays.js'
import type { StoredBlob } from './survey.js'
import type { SweepCase } from './sweep.js'

/** What decides over a blob besides its age and its name. */
export interface Circumstances {
  case: Omit<SweepCase, 'ageMs' | 'isPossiblyNeeded'>
  treeKey: string
  isTreePossiblyNeeded: boolean
  /** When the newest blob of its directory was written, if that has no `_metadata`: while one is young, all may be under way. */
  newestMs: number
}

/** Works out circumstances once for all blobs of a directory that are named by a UUID: to the class table they are alike. */
export class CircumstancesByDirectory {
  readonly #input: PlanInput
  readonly #live: LiveSet
  readonly #strays: Strays
  readonly #running: Map<string, RunningTree>
  /** Directories (keys) with a `_metadata` that stays. */
  readonly #withMetadata: Set<string>
  readonly #isChangelogLive: boolean
  /** By the key of a directory without `_metadata`. */
  readonly #newestIn: Map<string, number>
  readonly #known = new Map<number, Circumstances>()
  /** Blobs that are themselves named: as a root, as a needed directory, or as what somebody points at. */
  readonly #alone: Set<KeyId | undefined>

  constructor(input: PlanInput, live: LiveSet, strays: Strays) {
    this.#input = input
    this.#live = live
    this.#strays = strays
    const { survey, jobs, decisions, roots } = input
    const expiring = new Set(decisions.filter((one) => one.verdict === 'expire').map((one) => one.snapshot))
    const staying = survey.snapshots.filter((one) => one.etag !== null && !expiring.has(one))
    this.#withMetadata = new Set(staying.map((one) => locationKey(one.directory)))
    this.#running = runningTrees(survey, jobs, input.graceMs)
    this.#isChangelogLive = [...jobs.values()].some((job) => job.liveness !== 'terminated' && job.changelog === true)
    const unfinished = survey.snapshots.filter((one) => one.etag === null)
    this.#newestIn = new Map(unfinished.map((one) => [locationKey(one.directory), one.completedAtMs]))
    const named = [...roots.map(locationKey), ...live.directories, ...(input.holds ?? NO_HOLDS).paths.keys()]
    this.#alone = new Set(named.map((key) => survey.blobs.keys.find(key)))
  }

  of(id: KeyId): Circumstances {
    const { blobs } = this.#input.survey
    if (blobs.keys.isOdd(id) || this.#alone.has(id)) return this.#look(blobs.blobOf(id))
    const directory = blobs.keys.directoryOf(id)
    const known = this.#known.get(directory) ?? this.#look(blobs.blobOf(id))
    this.#known.set(directory, known)
    return known
  }

  #look(blob: StoredBlob): Circumstances {
    const { jobs, roots, graceMs, only, sweepsTaskOwned, holds = NO_HOLDS } = this.#input
    const place = placeOf(blob.name)
    const directoryKey = locationKey({ ...blob, name: place.directory })
    const tree = treeKey(blob, place)
    const job = jobOf(place, jobs)
    return {
      case: {
        place,
        graceMs,
        job,
        isAsked: isAsked(job?.jobId ?? null, only),
        hasMetadata: this.#withMetadata.has(directoryKey),
        isBelowRoot: isUnderRoots(blob, roots),
        heldBy: holdOf(holds, blob)?.reason ?? null,
        isBelowNeededDirectory: isInDirectories(blob, this.#live.directories),
        isChangelogLive: this.#isChangelogLive,
        sweepsTaskOwned,
        running: this.#running.get(place.jobId ?? ''),
      },
      treeKey: tree,
      isTreePossiblyNeeded: this.#strays.trees.has(tree),
      newestMs: this.#newestIn.get(directoryKey) ?? 0,
    }
  }
}
