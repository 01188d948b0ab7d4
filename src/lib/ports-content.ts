import type { BlobContent } from './ports.js'
import type { Location } from './state/location.js'

/** Reads parts of blobs, for what is too large to be held as a whole. */
export interface ContentReader {
  /** `count` bytes from `offset`, which must lie inside the blob; with `ifMatch` of that very version only. A short read throws. */
  readRange(part: Location & { offset: number; count: number; ifMatch?: string; signal: AbortSignal }): Promise<BlobContent>
}
