/**
 * What deletes. Only `operations/execute-*.ts`, the adapters and the composition root may import this; the linter enforces it.
 */

/** One version of a blob. */
export interface BlobVersion {
  name: string
  etag: string
}

export type DeleteOutcome =
  | { state: 'deleted'; permanent: boolean | null }
  | { state: 'gone' }
  /** The blob is no longer the version that was planned (412): left alone. */
  | { state: 'changed' }
  /** Throttled (503, 500): safe to try again, and not before `waitMs` when the service says how long. */
  | { state: 'busy'; waitMs?: number }
  | { state: 'failed'; code: string }
  /** No right, no way there, cut off: going on would be pointless. What became of this blob is not always known. */
  | { state: 'hopeless'; error: unknown }

export interface ContainerEraser {
  readonly account: string
  readonly container: string
  /** How many blobs one request may take: falls to 1 when the service turns batches down. */
  readonly perRequest: number
  /**
   * Deletes blobs, each bound to the ETag that was planned, and answers in their order. Never deletes snapshots or other versions. Nothing is
   * sent any more once the signal is aborted; of what was sent already, the answer is waited for a little.
   */
  delete(options: { blobs: readonly BlobVersion[]; signal: AbortSignal }): Promise<DeleteOutcome[]>
}

export interface StorageEraser {
  eraser(account: string, container: string): Promise<ContainerEraser>
}
