import type { Context } from '../context.js'
import { EXIT, FlinkopsError, notFoundError } from '../errors.js'
import type { Ledger } from '../operations/ledger.js'
import type { Program } from '../operations/program.js'
import { hasEnded } from '../operations/resolve-job.js'
import { resumeAll } from '../operations/resume-all.js'
import type { JobManager } from '../ports.js'
import { refuseForeign } from '../scope.js'
import { parseLocation } from '../state/location.js'
import { copyPlaceOf, isForeign, isOpen, type Manifest, type ManifestJob } from '../state/manifest.js'
import type { Objection } from '../state/objections.js'
import { pickJobs } from '../state/pick-jobs.js'
import { plural } from '../views/format.js'
import { jobLine, type MaintenanceOutcome, maintenanceJson, resumeSummary, windowText } from '../views/maintenance.js'
import { noCheckpointsNotice, restoreProgress, savepointProgress } from '../views/wait.js'
import { oneLine, shown } from '../visible.js'
import { admitForeign } from './foreign-window.js'
import { ledgerOf, type Screen, SILENCE_MS, troubleWords, waitingFor } from './window.js'

export interface ResumeWindowOptions {
  only: string[]
  except: string[]
  waitFor: 'restored' | 'checkpoint'
  isDryRun: boolean
  isConfirmed: boolean
  /** What to type to go on, when it did not get through. */
  again: string
  /** Patterns were looked at when the window was made: it may hold other jobs. */
  isPicked?: boolean
}

export interface ResumeWindowInput {
  options: ResumeWindowOptions
  context: Context
  screen: Screen
  /** The window to bring back; asked of the cluster that is waited for. */
  window: (jobManager: JobManager) => Promise<Manifest>
  /** Refuses jobs of a window of this machine that could not be started, before one of them is; asked for those that are not up. */
  check?: (jobs: ManifestJob[]) => Promise<void>
  /** What starts a job of it; of a window that was made elsewhere only what this machine may take for that. */
  programOf: (job: ManifestJob, isForeign: boolean) => Promise<Program>
  /** Starts one job of it from its path, under the job id that was chosen. */
  launch: (job: ManifestJob, program: Program, jobId: string, jobManager: JobManager) => Promise<string>
}

/** `resume --all`: brings back a window, job by job; nobody else may be at it. Sets the exit code; answers the JSON. */
export async function runResumeWindow(input: ResumeWindowInput): Promise<object> {
  const { options, context, screen } = input
  const waiting = waitingFor(await context.jobManager(), context, screen)
  const window = await input.window(waiting.jobManager)
  const jobs = picked(window, options)
  if (!isOpen(window)) {
    screen.say(`Nothing to bring back: the window of ${window.createdAt} came to its end, all ${plural(window.jobs.length, 'job')} up.`)
    process.exitCode = EXIT.done
    return json(context, window, 'done', [])
  }
  for (const job of jobs) refuseStranger(job, context)
  show(window, jobs, screen)
  if (!isForeign(window)) await input.check?.(await missingOf(jobs, waiting.jobManager, context.signal))
  const refused = await refusedOf(input, window, jobs)
  if (options.isDryRun) {
    screen.say('Dry run: nothing was started.')
    return json(context, window, 'planned', [])
  }
  const ledger = await ledgerOf(window, copyPlaceOf(window), context, screen)
  // What was handed in, or worked out just now, stands on this machine before the first start.
  await ledger.jobs(window.jobs)
  const objections: Objection[] = []
  for (const [jobId, error] of refused) {
    await ledger.step(jobId, { error })
    screen.say(`${ledger.job(jobId).name}: not back: ${error}`)
  }
  const admitted = jobs.filter((job) => !refused.has(job.jobId))
  const problem = await carryOut(input, ledger, admitted, waiting, objections)
  return finish(input, ledger, { asked: new Set(jobs.map((job) => job.jobId)), problem, objections })
}

/** Jobs of a window that was made elsewhere and that are not started here, with why. */
async function refusedOf(
  { options, screen, programOf }: ResumeWindowInput,
  window: Manifest,
  jobs: ManifestJob[],
): Promise<Map<string, string>> {
  if (!isForeign(window)) return new Map()
  const left = jobs.filter((job) => job.state !== 'running')
  return admitForeign({ ...options, jobs: left, programOf: (job) => programOf(job, true), screen })
}

/** Before the first start: a path may have been written by whoever writes to the container. */
function refuseStranger({ name, path, state }: ManifestJob, { config }: Context): void {
  const parsed = parseLocation(path ?? '')
  if (state !== 'running' && parsed.ok)
    refuseForeign(parsed.location, config.accessFor, `The manifest says that ${name} is to come back from ${path}`)
}

function picked(window: Manifest, { only, except, isPicked = false }: ResumeWindowOptions): ManifestJob[] {
  const { jobs, unmatched } = pickJobs(window.jobs, { only, except })
  if (unmatched.length === 0 || isPicked) return jobs
  throw notFoundError(
    'JOB_NOT_FOUND',
    `No job of the window is meant by ${unmatched.join(', ')}.`,
    `In the window: ${window.jobs.map((job) => job.name).join(', ')}.`,
  )
}

/** Whoever is on the cluster needs no start any more. */
async function missingOf(jobs: ManifestJob[], jobManager: JobManager, signal: AbortSignal): Promise<ManifestJob[]> {
  const up = (await jobManager.jobs(signal)).filter((job) => !hasEnded(job.state))
  const isUp = ({ name, resumedAs }: ManifestJob) => up.some((job) => job.name === name || job.jobId === resumedAs)
  return jobs.filter((job) => job.state !== 'running' && !isUp(job))
}

function show(window: Manifest, jobs: ManifestJob[], { say, streams }: Screen): void {
  const left = jobs.filter((job) => job.state !== 'running')
  say(`Window of ${window.createdAt}: manifest ${window.id}, ${plural(window.jobs.length - left.length, 'job')} up, ${left.length} to go`)
  const lines = left.map((job) => ({ name: job.name, jobId: job.jobId, words: wordsOf(job) }))
  for (const line of windowText('To bring back, in this order', lines, [], streams).split('\n')) say(line)
}

function wordsOf({ state, path, resumedAs }: ManifestJob): string {
  if (path === null) return `${state}, no savepoint`
  return state === 'starting' ? `started as ${resumedAs} from ${path}, not proven yet` : `from ${path}`
}

async function carryOut(
  { options, context, screen, programOf, launch }: ResumeWindowInput,
  ledger: Ledger,
  jobs: ManifestJob[],
  { jobManager, plainJobManager, again }: ReturnType<typeof waitingFor>,
  objections: Objection[],
): Promise<unknown> {
  const nameWidth = Math.max(0, ...jobs.map((job) => shown(job.name).length))
  return resumeAll({
    ledger,
    jobIds: new Set(jobs.map((job) => job.jobId)),
    launch: async (job, jobId) => {
      // Read again: whoever was asked meant the file as it was then, and its digest still has to be right.
      const program = await programOf(job, isForeign(ledger.current()))
      return again(() => launch(job, program, jobId, jobManager), context.signal)
    },
    waitFor: options.waitFor,
    jobManager,
    plainJobManager,
    longestMs: SILENCE_MS,
    journal: context.journal,
    storage: await context.storage(),
    signal: context.signal,
    now: context.now,
    onFound: (job, jobId) => screen.say(`${job.name} is there already as ${jobId}: not started again`),
    onNoCheckpoints: (job) => screen.notice(noCheckpointsNotice(job.name, job.path ?? '')),
    onObjection: (objection) => objections.push(objection),
    onProgress: (job, progress) => screen.update(restoreProgress(job.name, progress)),
    onStopProgress: (job, progress) => screen.update(savepointProgress(`Stopping ${job.name}`, progress)),
    onStopTrouble: (job, problem) => screen.say(troubleWords(`the stop of ${job.name}`, problem)),
    onEnded: (job) => {
      if (job.state === 'running') screen.print(jobLine(job, job.resumedAs ?? job.jobId, screen.format, nameWidth))
      else screen.say(`${job.name}: ${job.state === 'stopping' ? 'how its stop ended is not known' : 'not back'}: ${job.error}`)
    },
  })
}

interface End {
  asked: ReadonlySet<string>
  problem: unknown
  objections: Objection[]
}

async function finish(
  { options, context, screen }: ResumeWindowInput,
  ledger: Ledger,
  { asked, problem, objections }: End,
): Promise<object> {
  if (problem !== null && !(problem instanceof FlinkopsError)) throw problem
  const manifest = ledger.current()
  const isDone = manifest.jobs.every((job) => job.state === 'running' || !asked.has(job.jobId))
  if (problem === null && isDone) {
    const back = manifest.jobs.filter((job) => asked.has(job.jobId) && job.resumedAs !== job.jobId)
    const others = asked.size === back.length ? '' : `; ${plural(asked.size - back.length, 'job')} never went down`
    screen.say(`Done: ${plural(back.length, 'job')} back, each restored from its own path: proven${others}`)
    process.exitCode = EXIT.done
    return json(context, manifest, 'done', objections)
  }
  const why = problem === null ? '' : `${oneLine(problem.message)}\n`
  const isLost = manifest.jobs.some((job) => job.state === 'failed')
  const other = isLost ? '; what has no savepoint: flinkops resume --all --from latest; to leave one out: --except <name>' : ''
  screen.complain(`${why}${resumeSummary(manifest)}\nGo on with: ${options.again}${other}`)
  process.exitCode = problem === null ? EXIT.partly : problem.exitCode
  return json(context, manifest, 'partial', objections)
}

async function json(context: Context, manifest: Manifest, outcome: MaintenanceOutcome, objections: Objection[]): Promise<object> {
  const isWritten = (await context.maintenance.load(manifest.id)) !== null
  return maintenanceJson({ manifest, manifestPath: isWritten ? context.maintenance.pathOf(manifest.id) : null, outcome, objections })
}
