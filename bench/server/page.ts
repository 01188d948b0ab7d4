import { etagDigits, sizeOf, TIMES, timeOf } from './catalogue.js'
import { wasbMetadata } from './metadata-of.js'
import type { Run } from './runs.js'
import type { Found, Store } from './store.js'
import { writeUuid } from './uuid.js'
import { entryXml, nameXml } from './xml.js'

const NIL = '00000000-0000-0000-0000-000000000000'
const ETAG = '0x8D@@@@@@@@@@@@@'
const SIZE = 7777

/** An entry of a run in which name, ETag, size and times are to be filled in. */
interface Template {
  bytes: Buffer
  uuid: number
  etag: number
  size: number
  times: [number, number]
}

/** Writes the entries of one page. Entries of a run are copied from a template, so that the server costs less than who lists. */
export class PageWriter {
  readonly #store: Store
  readonly #withMetadata: boolean
  readonly #times: Buffer[]
  #bytes = Buffer.allocUnsafe(1 << 16)
  #length = 0
  #entries = 0

  constructor(store: Store, withMetadata: boolean) {
    this.#store = store
    this.#withMetadata = withMetadata
    this.#times = Array.from({ length: TIMES }, (_, time) => Buffer.from(new Date(store.catalogue.modifiedMs(time)).toUTCString()))
  }

  get entries(): number {
    return this.#entries
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  directory(name: string): void {
    this.#text(`<BlobPrefix>${nameXml(name)}</BlobPrefix>`)
    this.#entries++
  }

  blob(found: Found): void {
    const metadata = this.#withMetadata ? (found.written?.metadata ?? wasbMetadata(found.isMarker)) : null
    this.#text(entryXml({ ...found, metadata }))
    this.#entries++
  }

  /** Blobs of a run by their numbers in the container, `from` <= number < `to`, at most `limit`; answers where it stopped. */
  run(run: Run, from: number, to: number, limit: number): number {
    const { deleted } = this.#store
    const template = run.uuids === null ? null : this.#template(run)
    let number = deleted.nextUnset(from, to)
    for (let left = limit; left > 0 && number < to; left--) {
      if (template === null) this.blob(this.#store.numbered(number, run))
      else this.#copy(template, run, number)
      number = deleted.nextUnset(number + 1, to)
    }
    return number
  }

  #copy(template: Template, run: Run, number: number): void {
    this.#reserve(template.bytes.length)
    const at = this.#length
    const bytes = this.#bytes
    bytes.set(template.bytes, at)
    if (run.uuids !== null) writeUuid(bytes, at + template.uuid, run.uuids, number - run.base)
    bytes.write(etagDigits(number), at + template.etag, 'latin1')
    bytes.write(String(sizeOf(number)), at + template.size, 'latin1')
    const time = this.#times[timeOf(number)]
    for (const place of template.times) if (time !== undefined) bytes.set(time, at + place)
    this.#length += template.bytes.length
    this.#entries++
  }

  #template(run: Run): Template {
    const epoch = new Date(0).toUTCString()
    const metadata = this.#withMetadata ? wasbMetadata(run.isMarker) : null
    const bytes = Buffer.from(entryXml({ name: `${run.prefix}${NIL}${run.suffix}`, sizeBytes: SIZE, etag: ETAG, modifiedMs: 0, metadata }))
    return {
      bytes,
      uuid: bytes.indexOf(NIL),
      etag: bytes.indexOf(ETAG) + '0x8D'.length,
      size: bytes.indexOf(`>${SIZE}<`) + 1,
      times: [bytes.indexOf(epoch), bytes.lastIndexOf(epoch)],
    }
  }

  #text(text: string): void {
    this.#reserve(Buffer.byteLength(text))
    this.#length += this.#bytes.write(text, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}
