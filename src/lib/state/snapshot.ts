import { isStateFileName, lastSegment } from './layout.js'
import { type Location, locationKey } from './location.js'
import type { Use } from './references.js'

export type Completeness = 'complete' | 'incomplete' | 'writing' | 'unreadable' | 'broken'

/** A snapshot found in storage. */
export interface Snapshot {
  /** Directory of `_metadata`; its `name` is the identity within the container. */
  directory: Location
  kind: 'checkpoint' | 'savepoint'
  /** From the path for checkpoints; for savepoints by REST, history, journal or a unique prefix. */
  jobId: string | null
  checkpointId: number | null
  /** Last-Modified of `_metadata`, which is written last; for one without `_metadata` the newest blob's. */
  completedAtMs: number
  /** ETag of `_metadata`; `null` when there is none. */
  etag: string | null
  metadataBytes: number
  completeness: Completeness
  /** Why it is not complete, one clause; `null` when complete. */
  problem: string | null
  /** References whose file is not there. */
  missing: number
  /** Of these, the ones written as absolute paths: one in the newest snapshot of a job means that paths are not understood. */
  missingAbsolute: number
  exclusiveBytes: number
  sharedBytes: number
  /** Keys (account/container/name) of the files it needs, each once. */
  references: string[]
  /** Directories (keys) it needs as a whole (file merging, tag 17). */
  directories: string[]
  /** Relative names whose target is missing in its own directory (FLINK-39964): the files may lie elsewhere under that name. */
  strays: string[]
  /** Operator names (format 5+): a hint of what an unnamed tree was, never proof. */
  operatorNames: string[]
}

/** Newest first. Last-Modified counts whole seconds, in which two checkpoints may fit. */
export function byAge(a: Snapshot, b: Snapshot): number {
  return b.completedAtMs - a.completedAtMs || (b.checkpointId ?? -1) - (a.checkpointId ?? -1)
}

/** What is stored under a key: size, or `undefined` when nothing is. */
export type StoredSize = (key: string) => number | undefined

export interface Measured {
  completeness: 'complete' | 'incomplete' | 'broken'
  problem: string | null
  missing: number
  missingAbsolute: number
  exclusiveBytes: number
  sharedBytes: number
  references: string[]
  directories: string[]
  strays: string[]
}

/**
 * Holds a snapshot's references against what is stored. Missing files: `broken`. A file of 0 bytes, or shorter than its handle
 * says: `incomplete`, whatever REST says (seen with file merging on wasbs, where blobs stay empty though the checkpoint is
 * COMPLETED). Files outside the surveyed containers (`size` undefined and not `inScope`) are not judged.
 */
export function measure(uses: Use[], directory: Location, size: StoredSize, inScope: (key: string) => boolean): Measured {
  const tally = new Tally()
  const own = `${locationKey(directory)}/`
  for (const use of uses) {
    if (use.isDirectory) tally.directories.add(use.key)
    else tally.add(use, use.key.startsWith(own), inScope(use.key) ? (size(use.key) ?? 'missing') : 'unjudged')
  }
  return tally.result()
}

class Tally {
  readonly directories = new Set<string>()
  readonly #files = new Map<string, { bytes: number; exclusive: boolean }>()
  readonly #missing = new Set<string>()
  readonly #missingAbsolute = new Set<string>()
  readonly #short = new Set<string>()
  readonly #strays = new Set<string>()

  add({ key, isRelative, requiredBytes, statedBytes }: Use, exclusive: boolean, stored: number | 'missing' | 'unjudged'): void {
    const known = typeof stored === 'number' ? stored : statedBytes
    this.#files.set(key, { bytes: known, exclusive })
    if (stored === 'missing') {
      this.#missing.add(key)
      if (!isRelative) this.#missingAbsolute.add(key)
      if (isRelative || isStateFileName(lastSegment(key))) this.#strays.add(lastSegment(key))
      return
    }
    if (stored !== 'unjudged' && isShort(stored, requiredBytes)) this.#short.add(key)
  }

  result(): Measured {
    const files = [...this.#files.values()]
    const sum = (exclusive: boolean) => files.filter((file) => file.exclusive === exclusive).reduce((total, file) => total + file.bytes, 0)
    const { completeness, problem } = verdict(this.#missing.size, this.#short.size, files.length)
    return {
      completeness,
      problem,
      missing: this.#missing.size,
      missingAbsolute: this.#missingAbsolute.size,
      exclusiveBytes: sum(true),
      sharedBytes: sum(false),
      references: [...this.#files.keys()],
      directories: [...this.directories],
      strays: [...this.#strays],
    }
  }
}

/** A state file of 0 bytes is never whole, unless its handle says that it is empty. */
function isShort(stored: number, required: number | null): boolean {
  return required === null ? stored === 0 : stored < required
}

function verdict(missing: number, short: number, files: number): Pick<Measured, 'completeness' | 'problem'> {
  if (missing > 0) return { completeness: 'broken', problem: `${missing} of ${files} referenced files are missing` }
  if (short > 0)
    return { completeness: 'incomplete', problem: `${short} of ${files} referenced files are empty or shorter than their handle says` }
  return { completeness: 'complete', problem: null }
}
