import type { ContainerReader, Journal } from '../ports.js'
import { attribute } from '../state/attribute.js'
import { type KnownJob, knowJobs } from '../state/jobs.js'
import type { Snapshot } from '../state/snapshot.js'
import { type GatherInput, gatherJobs } from './gather-jobs.js'
import { jobIdsIn } from './plan-cleanup.js'
import { surveyStorage } from './survey-storage.js'

export interface KnowSnapshotsInput {
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  journal: Journal
  exclusive: boolean
  now: () => number
  signal: AbortSignal
  onBlobs?: (blobs: number) => void
}

export interface KnownSnapshots {
  snapshots: Snapshot[]
  jobs: Map<string, KnownJob>
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
  const jobs = knowJobs({ evidence: gathered.evidence, jobIds: jobIdsIn(survey), exclusive, allClustersAnswered })
  const nowMs = survey.serverTimeMs
  const snapshots = attribute({ snapshots: survey.snapshots, jobs, nowMs, allClustersAnswered })
  return { snapshots, jobs, nowMs, silent: gathered.silent.map((one) => one.problem) }
}
