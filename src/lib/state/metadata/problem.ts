/** Why a file is not readable as `_metadata`. */
export interface MetadataProblem {
  /**
   * `empty`: no byte at all, as while Azure still receives the upload. `notMetadata`: another kind of file. `unsupportedVersion`:
   * Flink's, but of a format this tool does not know. `corrupt`: damaged, cut short, or holding something unknown.
   */
  kind: 'empty' | 'notMetadata' | 'unsupportedVersion' | 'corrupt'
  /** One sentence: what, and where. */
  message: string
  /** Byte at which the unreadable thing begins. */
  offset: number
}

/** Ends the reading of one file. Thrown and caught within this directory only: `parseMetadata` returns it as a result. */
export class UnreadableMetadata extends Error {
  readonly offset: number

  constructor(what: string, offset: number) {
    super(what)
    this.offset = offset
  }
}

/** A byte offset as people read it: `1,234`. */
export function formatOffset(offset: number): string {
  return String(offset).replace(/\B(?=(\d{3})+$)/g, ',')
}
