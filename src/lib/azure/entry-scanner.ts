import type { Blob } from '../ports.js'
import { unquoted } from './blob.js'
import { EntryTail } from './entry-tail.js'
import { modifiedMsOf } from './http-date.js'
import { malformed, type XmlCursor } from './xml-cursor.js'
import { BrokenListing, decodeName } from './xml-text.js'

const NAME = Buffer.from('Name')
const PROPERTIES = Buffer.from('Properties')
const METADATA = Buffer.from('Metadata')
const LAST_MODIFIED = Buffer.from('Last-Modified')
const ETAG = Buffer.from('Etag')
const CONTENT_LENGTH = Buffer.from('Content-Length')
const BLOB = Buffer.from('Blob')
const BLOB_PREFIX = Buffer.from('BlobPrefix')
const RESOURCE_TYPE = Buffer.from('ResourceType')

/** Lengths of `hdi_isfolder` and `hdi_tmpupload`, the only metadata that is looked at. */
const FLAG_LENGTHS = [12, 13]

/** Reads entries of a listing: a `<Blob>`, or the `<BlobPrefix>` of a directory. */
export class EntryScanner {
  readonly blobs: Blob[] = []
  readonly directories: string[] = []
  /** Whether an entry shows that the account has directories of its own (hierarchical namespace). */
  isHierarchical = false
  #name = ''
  #sizeBytes = -1
  #etag = ''
  #lastModifiedMs = Number.NaN
  #isDirectory = false
  #isUploading = false
  /** Where the part of the entry begins that follows what is wanted; -1 = not reached. */
  #tailFrom = -1
  readonly #tail = new EntryTail()

  /** Reads all entries that `cursor` has before it. */
  scan(cursor: XmlCursor): void {
    for (cursor.skipSpace(); cursor.at < cursor.end; cursor.skipSpace()) {
      if (!cursor.enter() || cursor.isEmpty) throw malformed()
      if (cursor.is(BLOB)) this.#blob(cursor)
      else if (cursor.is(BLOB_PREFIX)) this.#prefix(cursor)
      else throw new BrokenListing(`it has the unknown entry ${cursor.name().slice(0, 40)}`)
    }
  }

  #blob(cursor: XmlCursor): void {
    this.#name = ''
    this.#sizeBytes = -1
    this.#etag = ''
    this.#lastModifiedMs = Number.NaN
    this.#isDirectory = false
    this.#isUploading = false
    this.#tailFrom = -1
    this.#elements(cursor)
    const lacks = this.#name === '' || this.#sizeBytes < 0 || this.#etag === '' || Number.isNaN(this.#lastModifiedMs)
    if (lacks) throw new BrokenListing('an entry has no name, size, ETag or date')
    this.blobs.push({
      name: this.#name,
      sizeBytes: this.#sizeBytes,
      etag: this.#etag,
      lastModifiedMs: this.#lastModifiedMs,
      isDirectory: this.#isDirectory,
      isUploading: this.#isUploading,
    })
  }

  #elements(cursor: XmlCursor): void {
    while (cursor.enter()) {
      if (cursor.is(NAME)) {
        this.#name = nameAt(cursor)
        this.#tailFrom = -1
      } else if (cursor.is(PROPERTIES)) {
        if (this.#properties(cursor)) return
      } else if (cursor.is(METADATA)) this.#metadata(cursor)
      else cursor.passElement()
    }
    if (!cursor.is(BLOB)) throw malformed()
    if (this.#tailFrom >= 0) this.#tail.remember(cursor, this.#tailFrom, { isDirectory: this.#isDirectory, isUploading: this.#isUploading })
  }

  /** Answers whether it passed the whole rest of the entry, its bytes being those of the entry before. */
  #properties(cursor: XmlCursor): boolean {
    if (cursor.isEmpty) return false
    while (cursor.enter()) {
      // A tail with something that is wanted is none.
      const isLate = this.#tailFrom >= 0
      if (this.#wanted(cursor)) {
        if (isLate) this.#tailFrom = -1
        else if (this.#sizeBytes >= 0 && this.#isAtTail(cursor)) return true
        continue
      }
      if (cursor.is(RESOURCE_TYPE)) this.isHierarchical = true
      cursor.passElement()
    }
    if (!cursor.is(PROPERTIES)) throw malformed()
    return false
  }

  /** Reads the element that was entered, if it is wanted. */
  #wanted(cursor: XmlCursor): boolean {
    if (cursor.is(LAST_MODIFIED)) this.#lastModifiedMs = modifiedMsAt(cursor)
    else if (cursor.is(ETAG)) this.#etag = etagAt(cursor)
    else if (cursor.is(CONTENT_LENGTH)) this.#sizeBytes = numberAt(cursor)
    else return false
    return true
  }

  /** The service gives the size last of what is wanted here. */
  #isAtTail(cursor: XmlCursor): boolean {
    if (this.#name === '' || this.#etag === '' || Number.isNaN(this.#lastModifiedMs)) return false
    // What metadata said before is not in the tail.
    if (this.#isDirectory || this.#isUploading) return false
    const flags = this.#tail.pass(cursor)
    if (flags === null) {
      this.#tailFrom = cursor.at
      return false
    }
    this.#isDirectory = flags.isDirectory
    this.#isUploading = flags.isUploading
    return true
  }

  /** Marks of hadoop-azure, by their current and their first name (`AzureNativeFileSystemStore`). Metadata names ignore case. */
  #metadata(cursor: XmlCursor): void {
    if (cursor.isEmpty) return
    while (cursor.enter()) {
      const name = FLAG_LENGTHS.includes(cursor.nameTo - cursor.nameFrom) ? cursor.name().toLowerCase() : ''
      cursor.passText()
      if (name === 'hdi_isfolder' || name === 'asv_isfolder') this.#isDirectory ||= cursor.text().toLowerCase() === 'true'
      else if (name === 'hdi_tmpupload' || name === 'asv_tmpupload') this.#isUploading = true
    }
    if (!cursor.is(METADATA)) throw malformed()
  }

  #prefix(cursor: XmlCursor): void {
    let name = ''
    while (cursor.enter()) {
      if (cursor.is(NAME)) name = nameAt(cursor)
      else {
        this.isHierarchical ||= cursor.is(PROPERTIES)
        cursor.passElement()
      }
    }
    if (!cursor.is(BLOB_PREFIX)) throw malformed()
    if (name === '') throw new BrokenListing('a directory has no name')
    this.directories.push(name)
  }
}

function nameAt(cursor: XmlCursor): string {
  const isEncoded = /\sEncoded\s*=\s*["']true["']/i.test(cursor.attributes())
  cursor.passText()
  return isEncoded ? decodeName(cursor.text()) : cursor.text()
}

function etagAt(cursor: XmlCursor): string {
  cursor.passText()
  const etag = cursor.text()
  return etag.startsWith('"') ? unquoted(etag) : etag
}

function modifiedMsAt(cursor: XmlCursor): number {
  cursor.passText()
  return modifiedMsOf(cursor.bytes, cursor.textFrom, cursor.textTo)
}

function numberAt(cursor: XmlCursor): number {
  cursor.passText()
  let number = 0
  for (let at = cursor.textFrom; at < cursor.textTo; at++) {
    const digit = (cursor.bytes[at] ?? 0) - 48
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  return cursor.textTo > cursor.textFrom && Number.isSafeInteger(number) ? number : -1
}
