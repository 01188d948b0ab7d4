import type { ContainerReader, Journal } from '../ports.js'
import { attribute } from '../state/attribute.js'
import { Chains } from '../state/chains.js'
import type { KnownJob } from '../state/jobs.js'
import type { Location } from '../state/location.js'
import type { Snapshot } from '../state/snapshot.js'
import { type GatherInput, gatherJobs } from './gather-jobs.js'
import { knowSurveyedJobs, type SilenceBounds } from './know-jobs.js'
import { surveyStorage } from './survey-storage.js'

export interface KnowSnapshotsInput {
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
  exclusive: boolean
  /** Every directory that is configured to hold state. */
  stateRoots: Location[]
  /** Absent = silence proves nothing. */
  silence?: SilenceBounds
  now: () => number
  signal: AbortSignal
  onBlobs?: (blobs: number) => void
}

export interface KnownSnapshots {
  snapshots: Snapshot[]
  jobs: Map<string, KnownJob>
  chains: Chains
  /** The storage service's clock. */
  nowMs: number
  /** Why JobManagers could not be asked, one sentence each. */
  silent: string[]
}

/** Every snapshot in storage, joined with what clusters, history and journal know of their jobs. */
export async function knowSnapshots(input: KnowSnapshotsInput): Promise<KnownSnapshots> {
  const { readers, signal, now, onBlobs, exclusive } = input
  const gathered = await gatherJobs({ ...input.cluster, journal: input.journal, signal })
  const survey = await surveyStorage({ readers, signal, now, ...(onBlobs && { onBlobs }) })
  const allClustersAnswered = gathered.silent.length === 0
  const jobs = knowSurveyedJobs({ gathered, survey, exclusive, ...(input.silence && { silence: input.silence }) })
  const nowMs = survey.serverTimeMs
  const snapshots = attribute({ snapshots: survey.snapshots, jobs, nowMs, allClustersAnswered })
  const chains = new Chains({ snapshots, jobs, roots: input.stateRoots, keys: survey.blobs.keys })
  return { snapshots, jobs, chains, nowMs, silent: gathered.silent.map((one) => one.problem) }
}
