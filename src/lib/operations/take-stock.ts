import type { ContainerReader, Journal } from '../ports.js'
import type { Survey } from '../state/survey.js'
import { type Gathered, type GatherInput, gatherJobs } from './gather-jobs.js'
import { surveyStorage } from './survey-storage.js'

export interface TakeStockInput {
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
  now: () => number
  signal: AbortSignal
  onBlobs?: (blobs: number) => void
  /** Whether what snapshots name and no listing shows is looked up one by one. */
  looksUp?: boolean
}

/** What is known of jobs, and what lies in storage. */
export interface Stock {
  gathered: Gathered
  found: Survey
}

/** Clusters first, storage second: a checkpoint that a cluster names must then be in the listing, or be followed by a newer one. */
export async function takeStock({ readers, cluster, journal, now, signal, onBlobs, looksUp = false }: TakeStockInput): Promise<Stock> {
  const gathered = await gatherJobs({ ...cluster, journal, now, signal })
  return { gathered, found: await surveyStorage({ readers, signal, now, ...(onBlobs && { onBlobs }), looksUp }) }
}
