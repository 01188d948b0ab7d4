import { type Manifest, type ManifestConfiguration, type ManifestJob, type ManifestSpec, withJobs } from './manifest.js'

/** A job on the cluster that is to be stopped. */
export interface WindowJob {
  jobId: string
  name: string
  spec: ManifestSpec | null
  configuration: ManifestConfiguration
}

export interface JoinedWindow {
  manifest: Manifest
  /** Entries that gave way: their job was started again, by other means or from elsewhere, since it was stopped. */
  superseded: ManifestJob[]
}

/**
 * The window with these jobs to be stopped: what it stopped already stays as it is, what is being stopped too. A job that was brought
 * back since takes the place of its former run.
 */
export function joinWindow(manifest: Manifest, running: WindowJob[], nowMs: number): JoinedWindow {
  const superseded: ManifestJob[] = []
  let jobs = manifest.jobs
  for (const job of running) {
    const at = placeOf(job, jobs)
    const former = jobs[at]
    if (former === undefined) jobs = [...jobs, plannedJob(job)]
    else if (former.jobId === job.jobId) jobs = former.state === 'stopping' ? jobs : jobs.with(at, plannedJob(job))
    else {
      if (former.resumedAs !== job.jobId) superseded.push(former)
      jobs = jobs.with(at, plannedJob(job))
    }
  }
  return { manifest: withJobs(manifest, jobs, nowMs), superseded }
}

/** Jobs that were to be stopped and are not there any more, as what they are: gone without a savepoint of this window. */
export function withGone(manifest: Manifest, running: ReadonlySet<string>): Manifest {
  const error = 'it ended before it was asked to stop, so no savepoint of it was taken'
  const isGone = (job: ManifestJob) => job.state === 'planned' && !running.has(job.jobId)
  return { ...manifest, jobs: manifest.jobs.map((job) => (isGone(job) ? { ...job, state: 'failed', error } : job)) }
}

/** Where the run itself stands, else its former run; -1 = nowhere. */
function placeOf(job: WindowJob, jobs: ManifestJob[]): number {
  const own = jobs.findIndex((one) => one.jobId === job.jobId || one.resumedAs === job.jobId)
  return own >= 0 ? own : jobs.findIndex((one) => one.name === job.name)
}

/** An entry of a job that is to be stopped. */
export function plannedJob({ jobId, name, spec, configuration }: WindowJob): ManifestJob {
  return {
    jobId,
    name,
    state: 'planned',
    triggerId: null,
    triggeredAt: null,
    targetDirectory: null,
    path: null,
    verified: false,
    error: null,
    resumedAs: null,
    spec,
    configuration,
  }
}

/** A window with nothing in it yet. */
export function newWindow(parts: Pick<Manifest, 'id' | 'context' | 'jobManager' | 'flinkVersion'>, nowMs: number): Manifest {
  const createdAt = new Date(nowMs).toISOString()
  return { ...parts, revision: 0, createdAt, updatedAt: createdAt, isClosed: false, jobs: [] }
}
