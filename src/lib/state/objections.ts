import type { Guard } from './plan.js'

/** One check of one job, before it is stopped. */
export interface Objection extends Guard {
  jobId: string
  jobName: string
}

/** What is known of a job that is to be stopped. */
export interface StopCandidate {
  jobId: string
  name: string
  state: string
  /** Tasks by lower-case state, with `total`. */
  tasks: Record<string, number>
  /** How the job is brought back, in words; or why nobody knows. */
  wayBack: { known: true; words: string } | { known: false; problem: string }
  /** No checkpoint coordinator: a batch job. */
  isBatch: boolean
  /** Some of its sources have come to their end. */
  hasFinishedTasks: boolean
  checkpoints: CheckpointHealth
}

export interface CheckpointHealth {
  lastCompletedAtMs: number | null
  /** Checkpoints that failed since the last completed one. */
  failedInARow: number
  lastFailure: string | null
}

export const OVERRIDES = ['allow-no-way-back', 'allow-unhealthy', 'allow-bounded', 'allow-failing-checkpoints'] as const
export type Override = (typeof OVERRIDES)[number]

type Finding = { status: 'ok' | 'warn'; message: string } | { status: 'refuse'; message: string; override: Override | null }

/** Every check of every job; a refusal that its flag overrides becomes a warning. */
export function objectionsTo(candidates: StopCandidate[], allowed: ReadonlySet<Override>): Objection[] {
  const names = candidates.map((job) => job.name)
  const isTwice = (name: string) => names.indexOf(name) !== names.lastIndexOf(name)
  return candidates.flatMap((job) => [
    objection(job, 'way-back', wayBack(job), allowed),
    objection(job, 'name', nameCheck(job, isTwice(job.name)), allowed),
    objection(job, 'health', health(job), allowed),
    objection(job, 'bounded', bounded(job), allowed),
    objection(job, 'checkpoints', checkpoints(job.checkpoints), allowed),
  ])
}

/** Refusals that no flag has overridden: with one of them nothing is touched. */
export function refusals(objections: Objection[]): Objection[] {
  return objections.filter((one) => one.status === 'refuse')
}

function objection({ jobId, name: jobName }: StopCandidate, name: string, found: Finding, allowed: ReadonlySet<Override>): Objection {
  const { message } = found
  if (found.status !== 'refuse') return { jobId, jobName, name, status: found.status, message, override: null }
  const { override } = found
  if (override !== null && allowed.has(override)) return { jobId, jobName, name, status: 'warn', message, override: null }
  return { jobId, jobName, name, status: 'refuse', message, override: override === null ? `--except ${jobId}` : `--${override}` }
}

function wayBack({ wayBack: way }: StopCandidate): Finding {
  if (way.known) return { status: 'ok', message: `comes back by ${way.words}` }
  return { status: 'refuse', message: `no known way back: ${way.problem}`, override: 'allow-no-way-back' }
}

/** Jobs are brought back by name, so two of one name cannot be told apart. */
function nameCheck({ name }: StopCandidate, isTwice: boolean): Finding {
  if (!isTwice) return { status: 'ok', message: 'its name is its own' }
  return {
    status: 'refuse',
    message: `another job is called ${name} too, so they cannot be told apart when they come back`,
    override: null,
  }
}

/** "Not all required tasks are currently running" fails a savepoint at once. */
function health({ state, tasks }: StopCandidate): Finding {
  if (state !== 'RUNNING')
    return { status: 'refuse', message: `it is ${state}, and a savepoint needs it running`, override: 'allow-unhealthy' }
  const { total = 0, running = 0, finished = 0 } = tasks
  if (running + finished >= total) return { status: 'ok', message: 'it runs' }
  const message = `only ${running} of its ${total} tasks run, and a savepoint needs all of them`
  return { status: 'refuse', message, override: 'allow-unhealthy' }
}

function bounded({ isBatch, hasFinishedTasks }: StopCandidate): Finding {
  if (isBatch) return { status: 'refuse', message: 'it is a batch job: no savepoint can be taken of it', override: 'allow-bounded' }
  if (hasFinishedTasks) return { status: 'warn', message: 'some of its tasks have finished: it is bounded, and may end by itself' }
  return { status: 'ok', message: 'it does not end by itself, as far as can be seen' }
}

/** One that failed may be bad luck; several in a row say that a savepoint would fail, too. */
function checkpoints({ failedInARow, lastFailure, lastCompletedAtMs }: CheckpointHealth): Finding {
  if (failedInARow === 0)
    return { status: 'ok', message: lastCompletedAtMs === null ? 'no checkpoint has failed' : 'its checkpoints complete' }
  const cause = lastFailure === null ? '' : ` (${lastFailure.replace(/\.$/, '')})`
  if (failedInARow === 1) return { status: 'warn', message: `its last checkpoint failed${cause}` }
  const message = `its last ${failedInARow} checkpoints failed${cause}, so its savepoint would probably fail too`
  return { status: 'refuse', message, override: 'allow-failing-checkpoints' }
}
