import type { KeyId } from './key-table.js'
import { isStateFileName } from './layout.js'
import { type Location, locationKey } from './location.js'
import type { Operators } from './operators.js'
import type { Uses } from './uses.js'

export type Completeness = 'complete' | 'incomplete' | 'writing' | 'unreadable' | 'broken'

/** Numbers of keys in a survey's table. */
export type KeyIds = Iterable<KeyId> & { readonly length: number }

/** A snapshot found in storage. */
export interface Snapshot {
  /** Directory of `_metadata`; its `name` is the identity within the container. */
  directory: Location
  kind: 'checkpoint' | 'savepoint'
  /** From the path for checkpoints; for savepoints by REST, history, journal or a unique prefix. */
  jobId: string | null
  /** As `_metadata` has it; by the path where that could not be read. Savepoints count in the same row as checkpoints. */
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
  /** The files it needs, each once. */
  references: KeyIds
  /** Directories (keys) it needs as a whole (file merging, tag 17). */
  directories: string[]
  /** Relative names whose target is missing in its own directory (FLINK-39964): the files may lie elsewhere under that name. */
  strays: string[]
  operators: Operators
}

/** Newest first. Last-Modified counts whole seconds, in which two checkpoints may fit. */
export function byAge(a: Snapshot, b: Snapshot): number {
  return b.completedAtMs - a.completedAtMs || (b.checkpointId ?? -1) - (a.checkpointId ?? -1)
}

/** Size of what is stored under a key, or `undefined` when nothing is. */
export type StoredSize = (id: KeyId) => number | undefined

export type Measured = Pick<
  Snapshot,
  'problem' | 'missing' | 'missingAbsolute' | 'exclusiveBytes' | 'sharedBytes' | 'references' | 'directories' | 'strays'
> & { completeness: 'complete' | 'incomplete' | 'broken' }

/**
 * Holds a snapshot's references against what is stored. Missing files: `broken`. A file of 0 bytes, or shorter than its handle
 * says: `incomplete`, whatever REST says (seen with file merging on wasbs, where blobs stay empty though the checkpoint is
 * COMPLETED). Files outside the surveyed containers (`size` undefined and not `inScope`, which is asked with the directory's key and a
 * slash) are not judged.
 */
export function measure(uses: Uses, directory: Location, size: StoredSize, inScope: (prefix: string) => boolean): Measured {
  const tally = new Tally(uses)
  const own = `${locationKey(directory)}/`
  const scopes = new Map<number, boolean>()
  for (let at = 0; at < uses.length; at++) {
    const id = uses.ids[at] ?? 0
    const parent = uses.keys.directoryOf(id)
    const isInScope = scopes.get(parent) ?? inScope(uses.keys.prefixOf(parent))
    scopes.set(parent, isInScope)
    tally.add(at, id, isInScope ? (size(id) ?? 'missing') : 'unjudged')
  }
  return tally.result(own)
}

class Tally {
  readonly #uses: Uses
  readonly #bytes = new Map<KeyId, number>()
  readonly #missing = new Set<KeyId>()
  readonly #missingAbsolute = new Set<KeyId>()
  readonly #short = new Set<KeyId>()
  readonly #strays = new Set<string>()

  constructor(uses: Uses) {
    this.#uses = uses
  }

  add(at: number, id: KeyId, stored: number | 'missing' | 'unjudged'): void {
    const uses = this.#uses
    this.#bytes.set(id, typeof stored === 'number' ? stored : uses.statedBytes(at))
    if (stored === 'missing') {
      this.#missing.add(id)
      if (!uses.isRelative(at)) this.#missingAbsolute.add(id)
      const name = uses.keys.nameOf(id)
      if (uses.isRelative(at) || isStateFileName(name)) this.#strays.add(name)
      return
    }
    if (stored !== 'unjudged' && isShort(stored, uses.requiredBytes(at))) this.#short.add(id)
  }

  result(own: string): Measured {
    const { ids, keys, directories } = this.#uses
    const { completeness, problem } = verdict(this.#missing.size, this.#short.size, this.#bytes.size)
    const bytes = { exclusive: 0, shared: 0 }
    for (const [id, size] of this.#bytes) bytes[keys.prefixOf(keys.directoryOf(id)).startsWith(own) ? 'exclusive' : 'shared'] += size
    return {
      completeness,
      problem,
      missing: this.#missing.size,
      missingAbsolute: this.#missingAbsolute.size,
      exclusiveBytes: bytes.exclusive,
      sharedBytes: bytes.shared,
      references: this.#bytes.size === ids.length ? ids : Uint32Array.from(this.#bytes.keys()),
      directories: [...directories],
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
