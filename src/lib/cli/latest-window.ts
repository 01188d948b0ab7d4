import { randomBytes } from 'node:crypto'
import type { Context } from '../context.js'
import { FlinkopsError, notFoundError } from '../errors.js'
import { rivalry } from '../operations/find-restorable.js'
import type { Program } from '../operations/program.js'
import { hasEnded } from '../operations/resolve-job.js'
import type { JobManager } from '../ports.js'
import { type Manifest, type ManifestJob, withJobs } from '../state/manifest.js'
import { pickJobs } from '../state/pick-jobs.js'
import { plannedJob } from '../state/window.js'
import { chosenLine, nothingRestorable, passedOverLines } from '../views/restorable.js'
import { findFor } from './job-checks.js'
import { isMissingValues, refuseForMissing } from './missing-values.js'
import { readNamed } from './program.js'
import type { ProgramFlags } from './read-spec.js'
import { specOf } from './way-back.js'
import type { Screen } from './window.js'

export interface LatestWindowInput {
  only: string[]
  except: string[]
  /** Values for any job that has a use for them. */
  flags: ProgramFlags
  /** The window that is open, or an empty one. */
  base: Manifest
  jobManager: JobManager
  context: Context
  screen: Screen
}

/**
 * A window of all jobs that are known by name and do not run, each with its newest restorable snapshot: for after a crash. What the open
 * window stopped keeps its own path.
 */
export async function latestWindow(input: LatestWindowInput): Promise<Manifest> {
  const { base, context, jobManager, screen } = input
  const { programs, missing } = await knownPrograms(input)
  const running = new Set((await jobManager.jobs(context.signal)).flatMap((job) => (hasEnded(job.state) ? [] : [job.name])))
  refuseForMissing(new Map([...missing].filter(([name]) => !running.has(name))))
  let jobs = base.jobs
  for (const [name, program] of programs) {
    const at = jobs.findIndex((job) => job.name === name)
    const former = jobs[at]
    if (former !== undefined && isOnItsWay(former)) continue
    if (running.has(name)) screen.say(`${name} runs: left alone`)
    else {
      const job = await withLatest(
        former ?? plannedJob({ jobId: newId(), name, spec: specOf(program.memory), configuration: UNKNOWN }),
        program,
        input,
      )
      jobs = former === undefined ? [...jobs, job] : jobs.with(at, job)
    }
  }
  return withJobs(base, jobs, context.now())
}

/** It has a path of its own, exact to the record. */
function isOnItsWay({ state, path }: ManifestJob): boolean {
  return path !== null && (state === 'stopped' || state === 'starting')
}

interface Known {
  programs: Map<string, Program>
  /** Started before, with values that are not written down. */
  missing: Map<string, FlinkopsError>
}

async function knownPrograms(input: LatestWindowInput): Promise<Known> {
  const { only, except, context } = input
  const keys = Object.keys(context.config.jobs.value)
  const started = new Set((await context.starts.startedJobs()).flatMap((job) => job.name ?? []))
  const programs = new Map<string, Program>()
  const missing = new Map<string, FlinkopsError>()
  for (const text of new Set([...keys, ...started])) {
    const found = await programsOf(text, input)
    // The jobs of a script under jobs: are in the journal themselves, or nothing would be missing.
    if (found instanceof FlinkopsError && started.has(text)) missing.set(text, found)
    for (const program of found instanceof FlinkopsError ? [] : found) {
      const [name = text] = program.names
      if (!programs.has(name)) programs.set(name, program)
    }
  }
  const known = [...new Set([...programs.keys(), ...missing.keys()])]
  const { jobs, unmatched } = pickJobs(
    known.map((name) => ({ name, jobId: '' })),
    { only, except },
  )
  if (unmatched.length > 0)
    throw notFoundError('JOB_NOT_FOUND', `No job that is known by name is meant by ${unmatched.join(', ')}.`, `Known: ${known.join(', ')}.`)
  const picked = new Set(jobs.map((job) => job.name))
  const ofPicked = <T>(all: Map<string, T>) => new Map([...all].filter(([name]) => picked.has(name)))
  return { programs: ofPicked(programs), missing: ofPicked(missing) }
}

/** What cannot be read any more cannot be started; the others can. */
async function programsOf(text: string, { context, flags, screen }: LatestWindowInput): Promise<Program[] | FlinkopsError> {
  try {
    return await readNamed({ text, context, flags, forAll: true, onNotice: screen.notice })
  } catch (error) {
    if (!(error instanceof FlinkopsError) || context.signal.aborted) throw error
    if (isMissingValues(error)) return error
    screen.notice(`${text} cannot be brought back: ${error.message}`)
    return []
  }
}

async function withLatest(job: ManifestJob, program: Program, { context, screen }: LatestWindowInput): Promise<ManifestJob> {
  const found = await findFor(program, null, context)
  for (const problem of found.silent) screen.notice(`${problem.replace(/\.$/, '')}. Newer snapshots of jobs there may be missed.`)
  for (const line of passedOverLines(found)) screen.say(line)
  if (found.newest === null) {
    const { message } =
      found.rivals.length > 0 ? { message: rivalry(found, program.title).join(' ') } : nothingRestorable(found, program.title, false)
    return { ...job, state: 'failed', error: message, path: null, resumedAs: null }
  }
  screen.say(chosenLine(found, found.newest, program.title))
  const jobId = job.configuration === UNKNOWN ? (found.newest.jobId ?? job.jobId) : job.jobId
  return { ...job, jobId, state: 'stopped', path: found.newest.path, verified: false, error: null, resumedAs: null }
}

/** Stands in until it is known which run wrote the snapshot. */
function newId(): string {
  return randomBytes(16).toString('hex')
}

const UNKNOWN = {
  startedAt: '',
  checkpointDirectory: null,
  parallelism: null,
  stateBackend: null,
  checkpointIntervalMs: null,
  lastCheckpoint: null,
  restoredFrom: null,
}
