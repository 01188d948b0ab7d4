import type { Context } from '../context.js'
import { notFoundError, usageError } from '../errors.js'
import { checkTarget } from '../operations/check-target.js'
import { lastManifest } from '../operations/load-manifest.js'
import { hasEnded } from '../operations/resolve-job.js'
import { type SurveyedJob, surveyStop, type WayBack } from '../operations/survey-stop.js'
import { clusterTarget } from '../operations/take-savepoint.js'
import type { JobManager, JobOverview } from '../ports.js'
import { stateRoots } from '../scope.js'
import { isOpen, type Manifest, type ManifestJob } from '../state/manifest.js'
import { type Objection, type Override, objectionsTo } from '../state/objections.js'
import { pickJobs } from '../state/pick-jobs.js'
import { joinWindow, newWindow, withGone } from '../state/window.js'
import { newWindowId, type Screen, waitingFor, windowPlace } from './window.js'

export interface StopWindowOptions {
  only: string[]
  except: string[]
  parallel: number
  drain: boolean
  format: 'CANONICAL' | 'NATIVE'
  /** `null` = the cluster's default. */
  target: string | null
  allowForeignTarget: boolean
  allowed: ReadonlySet<Override>
  isNewWindow: boolean
  isDryRun: boolean
  isConfirmed: boolean
}

export interface StopWindowInput {
  options: StopWindowOptions
  context: Context
  screen: Screen
  wayBack: (name: string) => Promise<WayBack>
}

/** What is asked for, and all that is known before anything is touched. */
export interface Prepared extends StopWindowInput {
  jobManager: JobManager
  /** The same, not waited for while it is away. */
  plainJobManager: JobManager
  /** Where savepoints go. */
  target: string
  former: Manifest | null
  window: Manifest
  superseded: ManifestJob[]
  surveyed: SurveyedJob[]
  objections: Objection[]
}

/** Looks at the cluster, the open window and the storage; touches nothing. */
export async function prepare(input: StopWindowInput): Promise<Prepared> {
  const { options, context, screen, wayBack } = input
  const plain = await context.jobManager()
  const running = (await plain.jobs(context.signal)).filter((job) => !hasEnded(job.state))
  const { jobManager, plainJobManager } = waitingFor(plain, context, screen)
  const where = windowPlace(context, plain)
  const last = await lastManifest(context.maintenance, where)
  const former = last !== null && isOpen(last) ? last : null
  const target = await checkedTarget(options, context, jobManager)
  const picked = pickFrom(running, options, options.isNewWindow ? null : former)
  const surveyed = await surveyStop({ jobs: picked, wayBack, jobManager, signal: context.signal })
  const fresh = newWindow(
    { ...where, id: newWindowId(context.now()), flinkVersion: await jobManager.version(context.signal) },
    context.now(),
  )
  const { manifest: joined, superseded } = joinWindow(
    former !== null && !options.isNewWindow ? former : fresh,
    surveyed.map(({ wayBack: way, ...job }) => ({ ...job, spec: way.known ? way.spec : null })),
    context.now(),
  )
  const window = withGone(joined, new Set(running.map((job) => job.jobId)))
  const objections = objectionsTo(surveyed, options.allowed)
  return { ...input, jobManager, plainJobManager, target, former, window, superseded, surveyed, objections }
}

/** Where savepoints go: as asked, else as the cluster is set up, else below the first root; `null` = nowhere. */
async function savepointTarget(asked: string | null, context: Context, jobManager: JobManager): Promise<string | null> {
  const { roots } = await context.withCluster()
  return asked ?? (await clusterTarget({ jobManager, signal: context.signal })) ?? roots.savepoints.value[0] ?? null
}

/** The same, or why it is none for savepoints. */
export async function checkedTarget(options: StopWindowOptions, context: Context, jobManager: JobManager): Promise<string> {
  const config = await context.withCluster()
  const ofCluster = await clusterTarget({ jobManager, signal: context.signal })
  const target = await savepointTarget(options.target, context, jobManager)
  if (target === null)
    throw usageError(
      'The cluster has no savepoint directory.',
      'Give one: --savepoint-path wasbs://<container>@<account>.blob.core.windows.net/<path>',
    )
  await checkTarget({
    target,
    knownRoots: ofCluster === null ? stateRoots(config) : [...stateRoots(config), ofCluster],
    allowForeign: options.allowForeignTarget,
    storage: await context.storage(),
    signal: context.signal,
  })
  return target
}

/** The jobs that are meant; those whose stop is under way already are not asked for again. */
function pickFrom(running: JobOverview[], { only, except }: StopWindowOptions, former: Manifest | null): JobOverview[] {
  const { jobs, unmatched } = pickJobs(running, { only, except })
  const known = new Set(former?.jobs.map((job) => job.name))
  const unknown = unmatched.filter((pattern) => !known.has(pattern))
  if (unknown.length > 0)
    throw notFoundError(
      'JOB_NOT_FOUND',
      `No running job is meant by ${unknown.join(', ')}.`,
      running.length === 0 ? 'No job is running there.' : `Running there: ${running.map((job) => job.name).join(', ')}.`,
    )
  const underWay = new Set(former?.jobs.flatMap((job) => (job.state === 'stopping' ? [job.jobId] : [])))
  return jobs.filter((job) => !underWay.has(job.jobId))
}
