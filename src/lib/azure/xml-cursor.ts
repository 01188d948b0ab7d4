import { BrokenListing, unescapeXml } from './xml-text.js'

const OPEN = 60
const CLOSE = 62
const SLASH = 47
const AND = 38
const TAB = 9
const LINE = 10
const RETURN = 13
const SPACE = 32

/**
 * Walks through the XML of whole elements, byte by byte: a parser that builds a tree costs fifty times as much. It knows elements,
 * attributes and text; comments, CDATA and processing instructions, which the service does not send, are errors.
 */
export class XmlCursor {
  bytes: Buffer
  at = 0
  end: number
  /** Of the element that was entered last. */
  isEmpty = false
  nameFrom = 0
  nameTo = 0
  tagTo = 0
  /** Of the text that was passed last. */
  textFrom = 0
  textTo = 0
  #isPlain = true

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** Passes white space. */
  skipSpace(): void {
    for (; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at]
      if (byte !== SPACE && byte !== LINE && byte !== RETURN && byte !== TAB) return
    }
  }

  /** Enters the next element, past its tag; `false` when the parent's end tag comes instead, which is passed. */
  enter(): boolean {
    this.skipSpace()
    const { bytes } = this
    if (bytes[this.at] !== OPEN) throw malformed()
    let at = this.at + 1
    const isEnd = bytes[at] === SLASH
    if (isEnd) at++
    this.nameFrom = at
    while (at < this.end && isNameByte(bytes[at] ?? 0)) at++
    this.nameTo = at
    if (this.nameTo === this.nameFrom) throw malformed()
    while (at < this.end && bytes[at] !== CLOSE) at++
    if (at >= this.end) throw malformed()
    this.tagTo = at
    this.isEmpty = !isEnd && bytes[at - 1] === SLASH
    this.at = at + 1
    return !isEnd
  }

  /** Whether the element that was entered, or whose end tag was passed, has this name. */
  is(name: Uint8Array): boolean {
    const { bytes, nameFrom, nameTo } = this
    if (nameTo - nameFrom !== name.length) return false
    for (let at = 0; at < name.length; at++) if (bytes[nameFrom + at] !== name[at]) return false
    return true
  }

  /** Passes the text of the element that was entered, and its end tag. */
  passText(): void {
    this.textFrom = this.at
    this.textTo = this.at
    this.#isPlain = true
    if (this.isEmpty) return
    const { bytes, end, nameFrom, nameTo } = this
    let at = this.at
    let all = 0
    for (let byte = bytes[at] ?? 0; at < end && byte !== OPEN; byte = bytes[++at] ?? 0) {
      all |= byte
      if (byte === AND) this.#isPlain = false
    }
    if (all >= 128) this.#isPlain = false
    this.textTo = at
    const length = nameTo - nameFrom
    if (bytes[at + 1] !== SLASH || bytes[at + 2 + length] !== CLOSE) throw malformed()
    for (let letter = 0; letter < length; letter++) if (bytes[at + 2 + letter] !== bytes[nameFrom + letter]) throw malformed()
    this.at = at + length + 3
  }

  /** The text that was passed. */
  text(): string {
    if (this.#isPlain) return this.bytes.toString('latin1', this.textFrom, this.textTo)
    return unescapeXml(this.bytes.toString('utf8', this.textFrom, this.textTo))
  }

  /** Attributes of the element that was entered, as they stand there. */
  attributes(): string {
    return this.tagTo === this.nameTo ? '' : this.bytes.toString('utf8', this.nameTo, this.tagTo)
  }

  name(): string {
    return this.bytes.toString('latin1', this.nameFrom, this.nameTo)
  }

  /** Passes what is left of the element that was entered, with all that is in it. */
  passElement(): void {
    if (this.isEmpty) return
    for (let depth = 1; depth > 0; ) {
      while (this.at < this.end && this.bytes[this.at] !== OPEN) this.at++
      if (!this.enter()) depth--
      else if (!this.isEmpty) depth++
    }
  }
}

export function malformed(): BrokenListing {
  return new BrokenListing('its XML is incomplete or is none')
}

/** Letters, digits, and `_`, `-`, `.`, `:`. */
function isNameByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 45 && byte <= 58 && byte !== SLASH) || byte === 95 || byte >= 128
  )
}
