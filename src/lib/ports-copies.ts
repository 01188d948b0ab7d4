/**
 * What keeps copies of `_metadata` while a run deletes. Only `operations/execute-*.ts`, `operations/undo-*.ts`, the adapters and the composition root may
 * import this; the linter enforces it.
 */
import type { RecordFile } from './ports-record.js'
import type { Original } from './taken.js'

export interface CopyKeeper {
  /** A whole blob with all that a copy of it has to keep; with `etag` only that version. */
  original(options: {
    account: string
    container: string
    name: string
    etag?: string
    signal: AbortSignal
  }): Promise<{ state: 'read'; original: Original; bytes: Uint8Array } | { state: 'gone' | 'changed' }>
  /** Writes it as a new blob, with the metadata and content headers of the original; never over one that is there (`null`). */
  putBack(options: {
    account: string
    container: string
    original: Original
    bytes: Uint8Array
    signal: AbortSignal
  }): Promise<{ etag: string; lastModifiedMs: number } | null>
  /** Takes a file of a run's record away; it may be gone already. */
  forget(options: { account: string; container: string; runId: string; file: RecordFile; signal: AbortSignal }): Promise<void>
}
