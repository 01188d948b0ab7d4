import { EXIT } from '../errors.js'
import type { SurveyedJob } from '../operations/survey-stop.js'
import { refusals } from '../state/objections.js'
import { plural } from '../views/format.js'
import { type MaintenanceOutcome, objectionLines, windowText } from '../views/maintenance.js'
import type { Prepared } from './stop-prepare.js'
import type { Screen } from './window.js'

/** How it ends when nothing is stopped. */
export interface Early {
  outcome: MaintenanceOutcome
  exitCode: number
}

/** Shows what is about to happen and asks; `null` = go on. */
export async function endBeforeStopping(prepared: Prepared): Promise<Early | null> {
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
  if (surveyed.length === 0 || options.isConfirmed) return null
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

function show({ screen, options, surveyed, objections, window, superseded, former }: Prepared, isRefused: boolean): void {
  if (options.drain) screen.notice('--drain fires all timers: what is resumed from these savepoints can give wrong results.')
  if (former !== null && former.id === window.id) screen.say(`Going on with the window of ${former.createdAt}: manifest ${former.id}`)
  for (const job of window.jobs.filter((one) => one.state === 'stopping'))
    screen.say(`Stopping ${job.name} (${job.jobId}), trigger id ${job.triggerId}: asked for earlier`)
  for (const job of superseded)
    if (job.path !== null)
      screen.notice(`${job.name} was stopped at ${job.path} and was started again since; that savepoint is left as it is.`)
  const planned = surveyed.map((job) => ({ name: job.name, jobId: job.jobId, words: wordsOf(job) }))
  const title = `To stop: ${plural(planned.length, 'job')}`
  if (!isRefused) for (const line of windowText(title, planned, objections, screen.streams).split('\n')) screen.say(line)
  else screen.complain(objectionLines(objections, screen.streams).join('\n'))
}

function wordsOf({ state, wayBack }: SurveyedJob): string {
  return `${state}, ${wayBack.known ? `comes back by ${wayBack.words}` : 'no known way back'}`
}
