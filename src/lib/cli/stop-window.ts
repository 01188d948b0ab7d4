import { EXIT, FlinkopsError } from '../errors.js'
import type { Ledger } from '../operations/ledger.js'
import { stopAll } from '../operations/stop-all.js'
import { copyPlaceOf, type Manifest } from '../state/manifest.js'
import { plural } from '../views/format.js'
import { jobLine, type MaintenanceOutcome, maintenanceJson, stopSummary } from '../views/maintenance.js'
import { savepointProgress } from '../views/wait.js'
import { oneLine, shown } from '../visible.js'
import { alone } from './alone.js'
import { endBeforeStopping } from './stop-early.js'
import { checkedTarget, type Prepared, prepare, type StopWindowInput } from './stop-prepare.js'
import { ledgerOf, SILENCE_MS, troubleWords } from './window.js'

/** `stop --all`: look, object, ask, then stop with a manifest. Sets the exit code; answers the JSON. */
export function runStopWindow(input: StopWindowInput): Promise<object> {
  const { options, context, screen } = input
  // What is refused as a target is not written to either.
  const savepoints = async () => checkedTarget(options, context, await context.jobManager())
  return alone({ context, screen, isDryRun: options.isDryRun, command: 'stop --all', savepoints }, (own) => run({ ...input, context: own }))
}

async function run(input: StopWindowInput): Promise<object> {
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

/** The manifest stands before the first stop. A window that is given up is closed first. */
async function begin({ former, window, context, screen, target }: Prepared): Promise<Ledger> {
  if (former !== null && former.id !== window.id) await (await ledgerOf(former, copyPlaceOf(former), context, screen)).close()
  const ledger = await ledgerOf(window, target, context, screen)
  await ledger.jobs(window.jobs)
  screen.say(`Manifest: ${context.maintenance.pathOf(window.id)}`)
  return ledger
}

async function carryOut(
  { options, context, screen, jobManager, plainJobManager, target, surveyed }: Prepared,
  ledger: Ledger,
): Promise<unknown> {
  const { format, drain, parallel } = options
  const nameWidth = Math.max(0, ...ledger.current().jobs.map((job) => shown(job.name).length))
  for (const job of surveyed) await context.journal.rememberName(job.jobId, job.name)
  return stopAll({
    ledger,
    jobIds: new Set(surveyed.map((job) => job.jobId)),
    parallel,
    target,
    format,
    drain,
    jobManager,
    plainJobManager,
    longestMs: SILENCE_MS,
    journal: context.journal,
    storage: await context.storage(),
    signal: context.signal,
    now: context.now,
    onTriggered: ({ jobName, jobId, triggerId }, isAttached) =>
      screen.say(`Stopping ${jobName} (${jobId}), trigger id ${triggerId}${isAttached ? ': still going on, attached' : ''}`),
    onProgress: (job, progress) => screen.update(savepointProgress(`Stopping ${job.name}`, progress)),
    onTrouble: (job, problem) => screen.say(troubleWords(`the stop of ${job.name}`, problem)),
    onEnded: (job) => {
      if (job.state === 'stopped') screen.print(jobLine(job, job.jobId, screen.format, nameWidth))
      else screen.say(`${job.name}: ${job.state === 'stopping' ? 'how its stop ended is not known' : 'not stopped'}: ${job.error}`)
    },
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
  const why = problem === null ? '' : `${oneLine(problem.message)}\n`
  screen.complain(`${why}${stopSummary(manifest)}\nGo on with: flinkops stop --all; or bring back what is down: flinkops resume --all`)
  process.exitCode = problem === null ? EXIT.partly : problem.exitCode
  return json(prepared, manifest, 'partial')
}

async function json({ context, objections }: Prepared, manifest: Manifest, outcome: MaintenanceOutcome): Promise<object> {
  const isWritten = (await context.maintenance.load(manifest.id)) !== null
  return maintenanceJson({ manifest, manifestPath: isWritten ? context.maintenance.pathOf(manifest.id) : null, outcome, objections })
}
