import type { Blob } from '../ports.js'
import { EntryScanner } from './entry-scanner.js'
import { malformed, XmlCursor } from './xml-cursor.js'
import { BrokenListing, unescapeXml } from './xml-text.js'

/** One page of a listing. */
export interface ScannedPage {
  blobs: Blob[]
  /** Directories below the prefix, each with a slash at the end, when it was listed by levels. */
  directories: string[]
  /** Where the listing goes on; `undefined` at its end. */
  marker: string | undefined
  /** Whether the account has directories of its own. */
  isHierarchical: boolean
}

const BLOBS = Buffer.from('<Blobs')
const END_OF_BLOB = Buffer.from('</Blob>')
const END_OF_PREFIX = Buffer.from('</BlobPrefix>')
const END_OF_BLOBS = Buffer.from('</Blobs>')
/** What stands before the entries, and after them. */
const HEAD =
  /^\ufeff?\s*(?:<\?xml[^>]*\?>)?\s*<EnumerationResults\s[^>]*?ContainerName="[^"]*"[^>]*>(?:\s*<([\w-]+)(?:>[^<]*<\/\1>|\s*\/>))*\s*$/
const TAIL = /^\s*(?:<NextMarker\s*\/>|<NextMarker>([^<]*)<\/NextMarker>)\s*<\/EnumerationResults>\s*$/
const ROOT = /^\ufeff?\s*(?:<\?xml[^>]*\?>)?\s*<EnumerationResults[\s>]/
const MOST_HEAD_BYTES = 64 * 1024

/**
 * Reads the XML of List Blobs as it comes: entries are read from each piece of the answer, so that no page is ever held as text. What
 * it does not know is an error, never an entry less.
 */
export class PageScanner {
  readonly #entries = new EntryScanner()
  #rest: Buffer = Buffer.alloc(0)
  #state: 'head' | 'entries' | 'tail' = 'head'

  /** Takes the next piece of the answer. */
  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (this.#state === 'head') this.#head()
    if (this.#state === 'entries') this.#scanEntries()
  }

  /** The page, when the answer has ended. */
  end(): ScannedPage {
    const text = this.#rest.toString('utf8')
    if (this.#state === 'head' && !ROOT.test(text)) throw new BrokenListing(text.startsWith('<') ? 'it is not a listing' : NO_XML)
    if (this.#state !== 'tail') throw malformed()
    const found = TAIL.exec(text)
    if (found === null) throw malformed()
    const marker = unescapeXml(found[1] ?? '')
    const { blobs, directories, isHierarchical } = this.#entries
    return { blobs, directories, marker: marker === '' ? undefined : marker, isHierarchical }
  }

  #head(): void {
    const at = this.#rest.indexOf(BLOBS)
    const to = at < 0 ? -1 : this.#rest.indexOf('>', at)
    if (to < 0) {
      if (this.#rest.length > MOST_HEAD_BYTES) throw new BrokenListing('it is not a listing')
      return
    }
    if (!HEAD.test(this.#rest.toString('utf8', 0, at))) throw new BrokenListing('it is not a listing')
    if (!/^\s*\/?$/.test(this.#rest.toString('utf8', at + BLOBS.length, to))) throw malformed()
    this.#state = this.#rest[to - 1] === 47 ? 'tail' : 'entries'
    this.#rest = this.#rest.subarray(to + 1)
  }

  /** Reads all entries that have come whole. */
  #scanEntries(): void {
    const rest = this.#rest
    const blob = rest.lastIndexOf(END_OF_BLOB)
    const prefix = rest.lastIndexOf(END_OF_PREFIX)
    const to = Math.max(blob < 0 ? 0 : blob + END_OF_BLOB.length, prefix < 0 ? 0 : prefix + END_OF_PREFIX.length)
    if (to > 0) this.#entries.scan(new XmlCursor(rest, 0, to))
    const end = rest.indexOf(END_OF_BLOBS, to)
    if (end < 0) {
      this.#rest = rest.subarray(to)
      return
    }
    if (rest.toString('latin1', to, end).trim() !== '') throw malformed()
    this.#state = 'tail'
    this.#rest = rest.subarray(end + END_OF_BLOBS.length)
  }
}

const NO_XML = 'its XML is incomplete or is none'
