import type { Context } from '../context.js'
import { EXIT, FlinkopsError, notFoundError, usageError } from '../errors.js'
import { checkTarget } from '../operations/check-target.js'
import type { Ledger } from '../operations/ledger.js'
import { lastManifest } from '../operations/load-manifest.js'
import { hasEnded } from '../operations/resolve-job.js'
import { stopAll } from '../operations/stop-all.js'
import { type SurveyedJob, surveyStop, type WayBack } from '../operations/survey-stop.js'
import { clusterTarget } from '../operations/take-savepoint.js'
import type { JobManager, JobOverview } from '../ports.js'
import { stateRoots } from '../scope.js'
import { isOpen, type Manifest, type ManifestJob, withJobs } from '../state/manifest.js'
import { type Objection, type Override, objectionsTo, refusals } from '../state/objections.js'
import { pickJobs } from '../state/pick-jobs.js'
import { joinWindow, newWindow } from '../state/window.js'
import { plural } from '../views/format.js'
import { jobLine, type MaintenanceOutcome, maintenanceJson, objectionLines, stopSummary, windowText } from '../views/maintenance.js'
import { savepointProgress } from '../views/wait.js'
import { ledgerOf, newWindowId, type Screen, waitingFor } from './window.js'

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
interface Prepared extends StopWindowInput {
  jobManager: JobManager
  /** Where savepoints go: as asked, and in effect. */
  target: string | null
  effectiveTarget: string | null
  former: Manifest | null
  window: Manifest
  superseded: ManifestJob[]
  surveyed: SurveyedJob[]
  objections: Objection[]
}

/** `stop --all`: look, object, ask, then stop with a manifest. Sets the exit code; answers the JSON. */
export async function runStopWindow(input: StopWindowInput): Promise<object> {
  const prepared = await prepare(input)
  const early = await endBeforeStopping(prepared)
  if (early !== null) {
    process.exitCode = early.exitCode
    return json(prepared, prepared.window, early.outcome)
  }
  const ledger = await begin(prepared)
  const problem = await carryOut(prepared, ledger)
  return finish(prepared, ledger, problem)
}

async function prepare(input: StopWindowInput): Promise<Prepared> {
  const { options, context, screen, wayBack } = input
  const plain = await context.jobManager()
  const running = (await plain.jobs(context.signal)).filter((job) => !hasEnded(job.state))
  const { jobManager } = waitingFor(plain, context, screen)
  const config = await context.withCluster()
  const where = { context: config.contextName.value, jobManager: plain.url }
  const last = await lastManifest(context.maintenance, where)
  const former = last !== null && isOpen(last) ? last : null
  const targets = await targetsOf(options, context, jobManager)
  const picked = pickFrom(running, options, options.isNewWindow ? null : former)
  const surveyed = await surveyStop({ jobs: picked, wayBack, jobManager, signal: context.signal })
  const fresh = newWindow(
    { ...where, id: newWindowId(context.now()), flinkVersion: await jobManager.version(context.signal) },
    context.now(),
  )
  const { manifest: window, superseded } = joinWindow(
    former !== null && !options.isNewWindow ? former : fresh,
    surveyed.map(({ wayBack: way, ...job }) => ({ ...job, spec: way.known ? way.spec : null })),
    context.now(),
  )
  const objections = objectionsTo(surveyed, options.allowed)
  return { ...input, jobManager, ...targets, former, window, superseded, surveyed, objections }
}

async function targetsOf(options: StopWindowOptions, context: Context, jobManager: JobManager) {
  const config = await context.withCluster()
  const ofCluster = await clusterTarget({ jobManager, signal: context.signal })
  const target = options.target ?? (ofCluster === null ? (config.roots.savepoints.value[0] ?? null) : null)
  const effectiveTarget = target ?? ofCluster
  if (effectiveTarget === null)
    throw usageError(
      'The cluster has no savepoint directory.',
      'Give one: --savepoint-path wasbs://<container>@<account>.blob.core.windows.net/<path>',
    )
  await checkTarget({
    target: effectiveTarget,
    knownRoots: ofCluster === null ? stateRoots(config) : [...stateRoots(config), ofCluster],
    allowForeign: options.allowForeignTarget,
    storage: await context.storage(),
    signal: context.signal,
  })
  return { target, effectiveTarget }
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

interface Early {
  outcome: MaintenanceOutcome
  exitCode: number
}

async function endBeforeStopping(prepared: Prepared): Promise<Early | null> {
  const { screen, objections, options, surveyed, window } = prepared
  const refused = refusals(objections)
  show(prepared, refused.length > 0)
  if (refused.length > 0) {
    screen.complain(`Refused: nothing was touched. ${plural(refused.length, 'objection')} must be overridden, or the job left out.`)
    return { outcome: 'refused', exitCode: EXIT.refused }
  }
  if (options.isDryRun) return say(screen, 'Dry run: nothing was touched.', 'planned', EXIT.done)
  if (window.jobs.length === 0) return say(screen, 'No job is running: nothing to stop.', 'done', EXIT.done)
  // What is left of an earlier run was confirmed then.
  if (surveyed.length === 0) return null
  if (options.isConfirmed) return null
  const answer = await screen.confirm(`Stop ${plural(surveyed.length, 'job')} with savepoints? [y/N] `)
  if (answer === null) return complain(screen, 'Nothing was touched: there is nobody to ask. Confirm with --yes.', 'planned')
  return answer ? null : complain(screen, 'Nothing was touched.', 'declined')
}

function say(screen: Screen, text: string, outcome: MaintenanceOutcome, exitCode: number): Early {
  screen.say(text)
  return { outcome, exitCode }
}

function complain(screen: Screen, text: string, outcome: MaintenanceOutcome): Early {
  screen.complain(text)
  return { outcome, exitCode: EXIT.refused }
}

function show({ screen, surveyed, objections, window, superseded, former }: Prepared, isRefused: boolean): void {
  if (former !== null && former.id === window.id) screen.say(`Going on with the window of ${former.createdAt}: manifest ${former.id}`)
  for (const job of window.jobs.filter((one) => one.state === 'stopping'))
    screen.say(`Stopping ${job.name} (${job.jobId}), trigger id ${job.triggerId}: asked for earlier`)
  for (const job of superseded)
    if (job.path !== null)
      screen.notice(`${job.name} was stopped at ${job.path} and runs again from elsewhere; that savepoint is left as it is.`)
  const planned = surveyed.map((job) => ({ name: job.name, jobId: job.jobId, words: wordsOf(job) }))
  const title = `To stop: ${plural(planned.length, 'job')}`
  if (!isRefused) screen.say(windowText(title, planned, objections, screen.streams))
  else screen.complain(objectionLines(objections, screen.streams).join('\n'))
}

function wordsOf({ state, wayBack }: SurveyedJob): string {
  return `${state}, ${wayBack.known ? `comes back by ${wayBack.words}` : 'no known way back'}`
}

/** The manifest stands before the first stop. A window that is given up is closed first. */
async function begin({ former, window, context, screen, effectiveTarget }: Prepared): Promise<Ledger> {
  if (former !== null && former.id !== window.id)
    await context.maintenance.save(former.id, { ...withJobs(former, former.jobs, context.now()), isClosed: true })
  const ledger = await ledgerOf(window, effectiveTarget, context, screen)
  await ledger.jobs(window.jobs)
  screen.say(`Manifest: ${context.maintenance.pathOf(window.id)}`)
  return ledger
}

async function carryOut(
  { options, context, screen, jobManager, target, effectiveTarget, surveyed }: Prepared,
  ledger: Ledger,
): Promise<unknown> {
  const { format, drain, parallel } = options
  const nameWidth = Math.max(0, ...ledger.current().jobs.map((job) => job.name.length))
  for (const job of surveyed) await context.journal.rememberName(job.jobId, job.name)
  return stopAll({
    ledger,
    jobIds: new Set(surveyed.map((job) => job.jobId)),
    parallel,
    target,
    defaultTarget: effectiveTarget,
    format,
    drain,
    jobManager,
    journal: context.journal,
    storage: await context.storage(),
    signal: context.signal,
    now: context.now,
    onTriggered: ({ jobName, jobId, triggerId }, isAttached) =>
      screen.say(`Stopping ${jobName} (${jobId}), trigger id ${triggerId}${isAttached ? ': still going on, attached' : ''}`),
    onProgress: (job, progress) => screen.update(savepointProgress(`Stopping ${job.name}`, progress)),
    onEnded: (job) =>
      job.state === 'stopped'
        ? screen.print(jobLine(job, job.jobId, screen.format, nameWidth))
        : screen.say(`${job.name}: not stopped: ${job.error}`),
  })
}

async function finish(prepared: Prepared, ledger: Ledger, problem: unknown): Promise<object> {
  const { screen, surveyed } = prepared
  const manifest = ledger.current()
  const asked = new Set(surveyed.map((job) => job.jobId))
  const isDone = manifest.jobs.every((job) =>
    job.state === 'stopped' ? job.verified : job.state === 'running' || (job.state === 'planned' && !asked.has(job.jobId)),
  )
  if (problem !== null && !(problem instanceof FlinkopsError)) throw problem
  if (problem === null && isDone) {
    screen.say(
      `Done: ${plural(manifest.jobs.filter((job) => job.state === 'stopped').length, 'job')} down. Bring them back with: flinkops resume --all`,
    )
    process.exitCode = EXIT.done
    return json(prepared, manifest, 'done')
  }
  const why = problem === null ? '' : `${problem.message}\n`
  screen.complain(`${why}${stopSummary(manifest)}\nGo on with: flinkops stop --all; or bring back what is down: flinkops resume --all`)
  process.exitCode = problem === null ? EXIT.partly : problem.exitCode
  return json(prepared, manifest, 'partial')
}

async function json({ context, objections }: Prepared, manifest: Manifest, outcome: MaintenanceOutcome): Promise<object> {
  const isWritten = (await context.maintenance.load(manifest.id)) !== null
  return maintenanceJson({ manifest, manifestPath: isWritten ? context.maintenance.pathOf(manifest.id) : null, outcome, objections })
}
