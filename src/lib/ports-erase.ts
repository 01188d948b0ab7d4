/**
 * What deletes. Only `operations/execute-*.ts`, the adapters and the composition root may import this; the linter enforces it.
 */

export type DeleteOutcome =
  | { state: 'deleted'; permanent: boolean | null }
  | { state: 'gone' }
  /** The blob is no longer the version that was planned (412): left alone. */
  | { state: 'changed' }
  /** Throttled (503, 500): safe to try again later. */
  | { state: 'busy' }
  | { state: 'failed'; code: string }

export interface ContainerEraser {
  readonly account: string
  readonly container: string
  /** Deletes one blob, bound to the ETag that was planned. Never deletes snapshots or other versions. */
  delete(options: { name: string; etag: string; signal: AbortSignal }): Promise<DeleteOutcome>
}

export interface StorageEraser {
  eraser(account: string, container: string): Promise<ContainerEraser>
}
