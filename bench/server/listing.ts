import { PageWriter } from './page.js'
import type { Run } from './runs.js'
import { byName, type Store } from './store.js'
import { escapeXml } from './xml.js'

export interface ListRequest {
  container: string
  prefix: string
  delimiter: string
  marker: string
  maxResults: number
  withMetadata: boolean
  startFrom: string
}

export interface ListAnswer {
  xml: Buffer[]
  entries: number
}

/** Greater than all that begin with the same text. */
const LAST = '\uffff'

/** One page of List Blobs, flat or by `delimiter`. */
export function listPage(store: Store, request: ListRequest): ListAnswer {
  const page = new PageWriter(store, request.withMetadata)
  const walk = new Walk(store, request)
  while (page.entries < request.maxResults && walk.step(page));
  const next = walk.isAtEnd ? '' : encodeMarker(walk.name)
  return {
    xml: [
      head(request),
      page.bytes,
      Buffer.from(`</Blobs>${next === '' ? '<NextMarker />' : `<NextMarker>${next}</NextMarker>`}</EnumerationResults>`),
    ],
    entries: page.entries,
  }
}

/** Goes through the catalogue and what was written, both in the order of names. */
class Walk {
  readonly #store: Store
  readonly #request: ListRequest
  readonly #end: number
  readonly #names: string[]
  #number: number
  #written: number

  constructor(store: Store, request: ListRequest) {
    this.#store = store
    this.#request = request
    const first = greatest([request.prefix, decodeMarker(request.marker), request.startFrom])
    this.#number = store.catalogue.before(first)
    this.#end = store.catalogue.before(request.prefix + LAST)
    this.#names = store.writtenNames.filter((name) => name.startsWith(request.prefix) && name >= first)
    this.#written = 0
    this.#skip()
  }

  get isAtEnd(): boolean {
    return this.#number >= this.#end && this.#written >= this.#names.length
  }

  /** Name of the next blob. */
  get name(): string {
    const written = this.#names[this.#written]
    const numbered = this.#number < this.#end ? this.#store.catalogue.nameOf(this.#number) : undefined
    if (written === undefined) return numbered ?? ''
    return numbered === undefined || written < numbered ? written : numbered
  }

  /** Writes what comes next: a written blob, a directory, or blobs of one run. `false`: there is nothing more. */
  step(page: PageWriter): boolean {
    if (this.isAtEnd) return false
    const { name } = this
    const { prefix, delimiter, maxResults } = this.#request
    const slash = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
    if (slash >= 0) this.#directory(page, name.slice(0, slash + delimiter.length))
    else if (name === this.#names[this.#written]) this.#writtenBlob(page, name)
    else this.#blobs(page, this.#store.catalogue.run(this.#number), maxResults - page.entries)
    this.#skip()
    return true
  }

  #directory(page: PageWriter, name: string): void {
    page.directory(name)
    this.#number = Math.max(this.#number, this.#store.catalogue.before(name + LAST))
    while (this.#names[this.#written]?.startsWith(name)) this.#written++
  }

  #writtenBlob(page: PageWriter, name: string): void {
    const found = this.#store.find(name)
    if (found !== null) page.blob(found)
    this.#written++
  }

  /** Up to the end of the run, or to the next written blob. */
  #blobs(page: PageWriter, run: Run, limit: number): void {
    const written = this.#names[this.#written]
    const until = Math.min(this.#end, run.base + run.count, written === undefined ? this.#end : this.#store.catalogue.before(written))
    this.#number = page.run(run, this.#number, until, limit)
  }

  #skip(): void {
    this.#number = this.#store.deleted.nextUnset(this.#number, this.#end)
  }
}

function head({ container, prefix, delimiter, marker, maxResults }: ListRequest): Buffer {
  const tag = (name: string, value: string) => (value === '' ? '' : `<${name}>${escapeXml(value)}</${name}>`)
  return Buffer.from(
    `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/" ContainerName="${container}">` +
      `${tag('Prefix', prefix)}${tag('Marker', marker)}<MaxResults>${maxResults}</MaxResults>${tag('Delimiter', delimiter)}<Blobs>`,
  )
}

/** Opaque to clients, as the service's are. */
function encodeMarker(name: string): string {
  return `2!${Buffer.from(name).toString('base64url')}`
}

function decodeMarker(marker: string): string {
  return marker.startsWith('2!') ? Buffer.from(marker.slice(2), 'base64url').toString('utf8') : ''
}

function greatest(names: string[]): string {
  return names.toSorted(byName).at(-1) ?? ''
}
