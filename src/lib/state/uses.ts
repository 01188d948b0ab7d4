import type { KeyId, KeyTable } from './key-table.js'
import { locationKey } from './location.js'
import { type ResolvedReference, requiredBytes } from './references.js'
import type { Reference } from './types.js'

/** In place of a size: `_metadata` does not say, or it is no number of 32 bits and kept beside. */
const UNKNOWN = 0xffffffff
const BESIDE = 0xfffffffe

/** A use of a file, or of a directory as a whole. */
export interface Use {
  key: string
  isRelative: boolean
  isDirectory: boolean
}

/**
 * References of one snapshot cut down to what marking needs, in columns: a container may hold millions of them. Files are numbers in
 * `keys`; directories, of which there are few, are keys.
 */
export class Uses implements Iterable<Use> {
  readonly keys: KeyTable
  readonly directories = new Set<string>()
  #ids: Uint32Array
  #required: Uint32Array
  /** Of 4 GiB and more, and whatever else does not fit, by index. */
  readonly #beside = new Map<number, number>()
  #relative: Uint8Array
  /** Stated sizes; `null` while each is what is required of the file. */
  #stated: Float64Array | null = null
  #length = 0

  /** `atMost`: how many files there may be. */
  constructor(keys: KeyTable, atMost: number) {
    this.keys = keys
    this.#ids = new Uint32Array(atMost)
    this.#required = new Uint32Array(atMost)
    this.#relative = new Uint8Array(atMost)
  }

  /** How many uses of files there are. */
  get length(): number {
    return this.#length
  }

  /** Files by their numbers, in the order in which they were met, as often as they were met. */
  get ids(): Uint32Array {
    return this.#ids
  }

  add(id: KeyId, reference: Reference): void {
    const at = this.#length++
    const required = requiredBytes(reference)
    const stated = Math.max(0, reference.sizeBytes ?? 0)
    this.#ids[at] = id
    this.#require(at, required)
    this.#relative[at] = reference.relative ? 1 : 0
    if (stated !== (required ?? 0)) this.#stated ??= Float64Array.from(this.#required, (_, before) => this.requiredBytes(before) ?? 0)
    if (this.#stated !== null) this.#stated[at] = stated
  }

  /** Gives back what was set aside for files that did not come. */
  trim(): this {
    if (this.#length === this.#ids.length) return this
    this.#ids = this.#ids.slice(0, this.#length)
    this.#required = this.#required.slice(0, this.#length)
    this.#relative = this.#relative.slice(0, this.#length)
    return this
  }

  /** Bytes that must be stored; `null` when `_metadata` does not say. */
  requiredBytes(at: number): number | null {
    const required = this.#required[at] ?? UNKNOWN
    if (required === UNKNOWN) return null
    return required === BESIDE ? (this.#beside.get(at) ?? null) : required
  }

  #require(at: number, bytes: number | null): void {
    const fits = bytes === null || (Number.isInteger(bytes) && bytes >= 0 && bytes < BESIDE)
    if (!fits) this.#beside.set(at, bytes)
    this.#required[at] = fits ? (bytes ?? UNKNOWN) : BESIDE
  }

  /** Bytes that the handle says; 0 when it does not. */
  statedBytes(at: number): number {
    return this.#stated?.[at] ?? this.requiredBytes(at) ?? 0
  }

  isRelative(at: number): boolean {
    return this.#relative[at] === 1
  }

  *[Symbol.iterator](): Generator<Use> {
    for (const key of this.directories) yield { key, isRelative: false, isDirectory: true }
    for (let at = 0; at < this.#length; at++)
      yield { key: this.keys.keyOf(this.#ids[at] ?? 0), isRelative: this.isRelative(at), isDirectory: false }
  }
}

/** The uses that resolved references are. */
export function usesOf(resolved: ResolvedReference[], keys: KeyTable): Uses {
  const uses = new Uses(keys, resolved.length)
  for (const { reference, location } of resolved) {
    if (reference.kind === 'directory') uses.directories.add(locationKey(location))
    else uses.add(keys.intern(locationKey(location)), reference)
  }
  return uses.trim()
}
