/** What the server was asked and what it did, since the last reset. */
export interface Counters {
  list: number
  listed: number
  get: number
  head: number
  put: number
  lease: number
  delete: number
  batch: number
  parts: number
  other: number
  /** Deletes that took place. */
  deleted: number
  /** Deletes of what was not there. */
  gone: number
  /** Deletes of another version. */
  mismatched: number
  /** Deletes that named no ETag. */
  unguarded: number
  busy: number
  busyParts: number
  dropped: number
}

export function noCounts(): Counters {
  return {
    list: 0,
    listed: 0,
    get: 0,
    head: 0,
    put: 0,
    lease: 0,
    delete: 0,
    batch: 0,
    parts: 0,
    other: 0,
    deleted: 0,
    gone: 0,
    mismatched: 0,
    unguarded: 0,
    busy: 0,
    busyParts: 0,
    dropped: 0,
  }
}
