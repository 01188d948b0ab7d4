import { Bitmap } from './bitmap.js'
import { type Catalogue, etagOf, sizeOf, timeOf } from './catalogue.js'
import type { Run, Truth } from './runs.js'

/** A blob that was written while the server runs. */
export interface Written {
  name: string
  bytes: Buffer
  etag: string
  modifiedMs: number
  metadata: Record<string, string>
}

/** One blob as the service tells of it. */
export interface Found {
  name: string
  sizeBytes: number
  etag: string
  modifiedMs: number
  isMarker: boolean
  /** Number in the catalogue; `null` when it was written. */
  number: number | null
  written: Written | null
  run: Run | null
}

export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** What is there: the catalogue without what was deleted, and what was written. */
export class Store {
  readonly catalogue: Catalogue
  readonly deleted: Bitmap
  readonly #written = new Map<string, Written>()
  readonly #sizeOfMetadata: (run: Run) => number
  #names: string[] | null = null
  #writes = 0

  constructor(catalogue: Catalogue, sizeOfMetadata: (run: Run) => number) {
    this.catalogue = catalogue
    this.deleted = new Bitmap(catalogue.size)
    this.#sizeOfMetadata = sizeOfMetadata
  }

  /** How many blobs there are. */
  get size(): number {
    return this.catalogue.size - this.deleted.count + this.#written.size
  }

  /** Names of what was written, in order. */
  get writtenNames(): string[] {
    this.#names ??= [...this.#written.keys()].sort(byName)
    return this.#names
  }

  find(name: string): Found | null {
    const written = this.#written.get(name)
    if (written !== undefined) return this.foundOf(written)
    const number = this.catalogue.find(name)
    return number === undefined || this.deleted.has(number) ? null : this.numbered(number, this.catalogue.run(number), name)
  }

  numbered(number: number, run = this.catalogue.run(number), name = this.catalogue.nameOf(number, run)): Found {
    return {
      name,
      sizeBytes: run.isMarker ? 0 : run.snapshot === null ? sizeOf(number) : this.#sizeOfMetadata(run),
      etag: etagOf(number),
      modifiedMs: this.catalogue.modifiedMs(timeOf(number)),
      isMarker: run.isMarker,
      number,
      written: null,
      run,
    }
  }

  foundOf(written: Written): Found {
    const { name, bytes, etag, modifiedMs, metadata } = written
    const isMarker = metadata['hdi_isfolder'] === 'true'
    return { name, sizeBytes: bytes.length, etag, modifiedMs, isMarker, number: null, written, run: null }
  }

  write(name: string, bytes: Buffer, metadata: Record<string, string>): Written {
    const number = this.catalogue.find(name)
    if (number !== undefined) this.deleted.set(number)
    const etag = `0x8DF${(++this.#writes).toString(16).toUpperCase().padStart(12, '0')}`
    const written = { name, bytes, etag, modifiedMs: Math.floor(Date.now() / 1000) * 1000, metadata }
    this.#written.set(name, written)
    this.#names = null
    return written
  }

  delete(found: Found): void {
    if (found.number !== null) this.deleted.set(found.number)
    else if (this.#written.delete(found.name)) this.#names = null
  }

  /** Brings back what was deleted; `false` when nothing of that name ever was. */
  undelete(name: string): boolean {
    const number = this.catalogue.find(name)
    if (number !== undefined) this.deleted.unset(number)
    return number !== undefined || this.#written.has(name)
  }

  /** How many blobs of each kind are gone. */
  gone(): Record<Truth, number> {
    const gone: Record<Truth, number> = { needed: 0, orphan: 0, held: 0, marker: 0, foreign: 0 }
    if (this.deleted.count === 0) return gone
    for (const run of this.catalogue.runs) for (let at = 0; at < run.count; at++) if (this.deleted.has(run.base + at)) gone[run.truth(at)]++
    return gone
  }

  reset(): void {
    this.deleted.clear()
    this.#written.clear()
    this.#names = null
  }
}
