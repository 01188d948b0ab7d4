import type { Metadata, Operator, Reference } from '../types.js'
import type { Cursor } from './cursor.js'
import { formatOffset } from './problem.js'

/** Which byte layout is being read. */
export interface Layout {
  formatVersion: number
  /** Inside version 3 three writers differ silently: 1.11's channel handles and 1.14's changelog handles lack fields. */
  writer: 'usual' | '1.11' | '1.14'
}

/** Handles may hold handles (tags 3, 8 and 14). Flink writes two levels; a damaged file may pretend any number. */
const MAX_DEPTH = 64

/** How a stored file is used at the place that is being read. */
export interface Use {
  role: Reference['role']
  shared: boolean
}

/** One pass over a file: where it is, and what it has found. */
export class Reading {
  readonly cursor: Cursor
  readonly layout: Layout
  readonly references: Reference[] = []
  readonly operators: Operator[] = []
  readonly stateful: string[] = []
  readonly keyGroups: Metadata['keyGroups'] = []
  /** What Flink would take but never writes. */
  readonly oddities: string[] = []
  readonly features: Metadata['features'] = { changelog: false, fileMerging: false, incrementalKeyed: false }
  /** Whether a handle was met that version 3's writers spell differently. */
  readonly dialects = { channel: false, changelog: false }
  inlineBytes = 0
  operatorId = ''
  subtask = -1
  #depth = 0

  constructor(cursor: Cursor, layout: Layout) {
    this.cursor = cursor
    this.layout = layout
  }

  /** Reads a handle inside a handle. A failure ends the whole reading, so the depth need not be restored then. */
  nest(read: () => void): void {
    if (this.#depth === MAX_DEPTH) this.cursor.fail(`state handles nested deeper than ${MAX_DEPTH}`)
    this.#depth++
    read()
    this.#depth--
  }

  /** A size or position; one that no stored file can have is odd. */
  size(what: string): number | null {
    const at = this.cursor.offset
    const value = this.cursor.size(what)
    if (value !== null && !Number.isSafeInteger(value)) this.addOddity(`${what} of about ${value}, more than any file can have,`, at)
    return value
  }

  addOddity(what: string, offset: number): void {
    this.oddities.push(`${what} at byte ${formatOffset(offset)}`)
  }

  addFile(path: string, relative: boolean, sizeBytes: number | null, use: Use): void {
    this.#add({ path, relative, kind: 'file', sizeBytes, shared: use.shared, role: use.role, operatorId: this.operatorId })
  }

  addSegment(path: string, offset: number, length: number | null, use: Use): void {
    const { operatorId } = this
    const known = length === null ? {} : { length }
    const { role, shared } = use
    this.#add({ path, relative: false, kind: 'segment', sizeBytes: length, offset, ...known, shared, role, operatorId })
  }

  addDirectory(path: string, shared: boolean): void {
    const { operatorId } = this
    this.#add({ path, relative: false, kind: 'directory', sizeBytes: null, shared, role: 'directory', operatorId })
  }

  #add(reference: Reference): void {
    if (this.subtask >= 0) reference.subtask = this.subtask
    this.references.push(reference)
  }
}
