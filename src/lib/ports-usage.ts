import type { Amount } from './usage/amount.js'
import type { Look } from './usage/growth.js'

/** What `usage` saw before. */
export interface UsageHistory {
  /** Oldest first. */
  looks(): Promise<Look[]>
  remember(look: Look): Promise<void>
}

/** Counts what was deleted and is still kept, and billed. */
export interface DeletedCounter {
  /** `null` when soft delete is off, or nobody may ask: nothing is visible then. Previous versions of blobs are not among it. */
  softDeleted(place: { account: string; container: string; signal: AbortSignal }): Promise<Amount | null>
}
