import { withoutTail } from '../tail.js'
import type { KnownJob } from './jobs.js'
import { isJobId } from './layout.js'
import type { Snapshot } from './snapshot.js'

/** Below a checkpoint root: what restore tests write goes here, into a directory for each that is named by its job id. */
const DRILL_DIRECTORY = 'flinkops-drill'

const DRILL_NAME = 'drill of '

/** What the job of a restore test is called on the cluster, so that nobody takes it for the job itself. */
export function drillName(jobName: string): string {
  return `${DRILL_NAME}${jobName}`
}

/** The directory of one restore test, below a checkpoint root. */
export function drillDirectory(root: string, jobId: string): string {
  return `${withoutTail(root, /\//)}/${DRILL_DIRECTORY}/${jobId}`
}

/** Whether a blob name is the directory of one restore test. */
export function isDrillDirectory(name: string): boolean {
  const [jobId = '', parent] = name.split('/').toReversed()
  return isJobId(jobId) && parent === DRILL_DIRECTORY
}

/** Whether a restore test wrote the snapshot: it is nobody's restore point. */
export function isOfDrill({ directory }: Pick<Snapshot, 'directory'>): boolean {
  const parts = directory.name.split('/')
  return parts.some((part, at) => part === DRILL_DIRECTORY && isJobId(parts[at + 1] ?? ''))
}

/** The jobs that restore tests started: by their name, or by where they write. */
export function drillJobs(jobs: Map<string, KnownJob>, snapshots: Snapshot[]): Set<string> {
  const named = [...jobs.values()].filter((job) => job.name?.startsWith(DRILL_NAME) === true).map((job) => job.jobId)
  return new Set([...named, ...snapshots.filter(isOfDrill).flatMap((snapshot) => snapshot.jobId ?? [])])
}
