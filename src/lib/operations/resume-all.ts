import type { ManifestJob } from '../state/manifest.js'
import { hasEnded } from './resolve-job.js'
import { type ResumeEntryInput, resumeEntry } from './resume-entry.js'
import { findStopped, type SettleInput, settleEntry } from './stop-entry.js'

export interface ResumeAllInput extends Omit<ResumeEntryInput, 'jobId'> {
  /** Entries of the manifest that are meant, by the job id of the run that was stopped. */
  jobIds: ReadonlySet<string>
  onEnded: (job: ManifestJob) => void
  /** While a stop that is still under way is waited for. */
  onStopProgress: SettleInput['onProgress']
  onStopTrouble: SettleInput['onTrouble']
  plainJobManager: SettleInput['plainJobManager']
  longestMs: number
}

/**
 * Brings back what a window stopped, one job after the other in its order. Answers what ended it before its end, `null` when nothing
 * did; what became of each job stands in the ledger.
 */
export async function resumeAll(input: ResumeAllInput): Promise<unknown> {
  try {
    for (const { jobId } of input.ledger.current().jobs) {
      if (!input.jobIds.has(jobId)) continue
      await bringBack(jobId, input)
      input.onEnded(input.ledger.job(jobId))
    }
    await lookOnceMore(input)
    return null
  } catch (error) {
    return input.signal.aborted ? input.signal.reason : error
  }
}

async function bringBack(jobId: string, input: ResumeAllInput): Promise<void> {
  const stop: SettleInput = { ...input, jobId, format: 'CANONICAL', onProgress: input.onStopProgress, onTrouble: input.onStopTrouble }
  const stateOf = () => input.ledger.job(jobId).state
  // Whoever asked for the stop did not live to see its end: its savepoint is the way back.
  if (stateOf() === 'stopping') await settleEntry(stop)
  // No verdict yet: it is asked for again by the next run.
  if (stateOf() === 'stopping' || stateOf() === 'running') return
  if (stateOf() === 'planned' || stateOf() === 'failed') await notDown(stop)
  if (stateOf() !== 'stopped' && stateOf() !== 'starting') return
  if (input.ledger.job(jobId).path !== null) await resumeEntry({ ...input, jobId })
}

/** A job that the window did not get to stop: it runs on, or it went by other means, perhaps with a savepoint. */
async function notDown(input: SettleInput): Promise<void> {
  const { ledger, jobId } = input
  const state = await input.jobManager.jobState(jobId, input.signal)
  if (state !== null && !hasEnded(state)) return ledger.step(jobId, { state: 'running', resumedAs: jobId, error: 'it was never stopped' })
  await findStopped(input)
  if (ledger.job(jobId).state === 'stopped') return
  const known = ledger.job(jobId).error?.replace(/\.$/, '') ?? 'no savepoint of it is known'
  await ledger.step(jobId, { state: 'failed', error: known.includes('DOWN') ? known : `${known}; it is DOWN (${state ?? 'gone'})` })
}

/** A JobManager without high availability that restarts takes with it what was brought back before. */
async function lookOnceMore(input: ResumeAllInput): Promise<void> {
  const { ledger, jobIds } = input
  const known = new Map((await input.jobManager.jobs(input.signal)).map((job) => [job.jobId, job.state]))
  for (const { jobId, resumedAs, state, name } of ledger.current().jobs) {
    if (state !== 'running' || resumedAs === null || !jobIds.has(jobId)) continue
    const now = known.get(resumedAs) ?? 'gone'
    if (now !== 'gone' && now !== 'FAILED' && now !== 'CANCELED') continue
    const cause = `it was brought back as ${resumedAs} and is ${now} since: flinkops resume ${name} --from latest`
    await ledger.step(jobId, { state: 'failed', error: cause })
  }
}
