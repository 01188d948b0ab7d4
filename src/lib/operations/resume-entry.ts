import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager, JobOverview, Journal, StorageReader } from '../ports.js'
import { snapshotDirectory } from '../state/lineage.js'
import { locationKey, parseLocation } from '../state/location.js'
import type { ManifestJob } from '../state/manifest.js'
import type { Objection } from '../state/objections.js'
import { awaitRestore, type RestoreProgress } from './await-restore.js'
import { checkpointsUnlessInitializing } from './checkpoints-of.js'
import type { Ledger } from './ledger.js'
import { rememberProven } from './remember-proven.js'
import { hasEnded } from './resolve-job.js'
import { endsEverything } from './stop-entry.js'

export interface ResumeEntryInput {
  jobId: string
  ledger: Ledger
  /** Starts the job from its path under the job id that was chosen, and proves it; answers the id that Flink gave it. */
  launch: (job: ManifestJob, jobId: string) => Promise<string>
  waitFor: 'restored' | 'checkpoint'
  jobManager: JobManager
  journal: Journal
  storage: StorageReader
  signal: AbortSignal
  now: () => number
  /** A run of it was found on the cluster: it is not started again. */
  onFound: (job: ManifestJob, jobId: string) => void
  /** It was restored and runs, and takes no checkpoints by itself. */
  onNoCheckpoints: (job: ManifestJob) => void
  /** A job of that name runs which came from elsewhere. */
  onObjection: (objection: Objection) => void
  onProgress: (job: ManifestJob, progress: RestoreProgress) => void
}

/**
 * Brings one job of a window back from its own path, unless a run of it that was restored from there is on the cluster already. The job
 * id is chosen and written down before the submission, and Flink takes an id once: so it is not started twice, whenever this is cut off.
 */
export async function resumeEntry(input: ResumeEntryInput): Promise<void> {
  try {
    const found = await onCluster(input)
    if (found.kind === 'other') return await object(input, found)
    if (found.kind === 'own') await prove(input, found.job.jobId, found.job.state)
    else await start(input)
  } catch (error) {
    if (endsEverything(error, input.signal)) throw error
    await fail(input, wordsOf(error))
  }
}

/** With the way out: whoever reads the summary of a window has nothing else to go by. */
function wordsOf(error: unknown): string {
  if (error instanceof FlinkopsError) return [error.message, ...error.suggestions].join(' ')
  return error instanceof Error ? error.message : String(error)
}

type OnCluster = { kind: 'none' } | { kind: 'own'; job: JobOverview } | { kind: 'other'; job: JobOverview; restoredFrom: string | null }

/** A run of this job on the cluster: the one that was started from the path, or one of the name that came from elsewhere. */
async function onCluster(input: ResumeEntryInput): Promise<OnCluster> {
  const entry = input.ledger.job(input.jobId)
  const others = new Set(input.ledger.current().jobs.flatMap((job) => (job === entry ? [] : (job.resumedAs ?? job.jobId))))
  const jobs = await input.jobManager.jobs(input.signal)
  const own = jobs.find((job) => job.jobId === entry.resumedAs)
  if (own !== undefined && isThere(own)) return { kind: 'own', job: own }
  for (const job of jobs) {
    if (hasEnded(job.state) || job.name !== entry.name || others.has(job.jobId)) continue
    const restoredFrom = await originOf(job, input)
    return isSamePath(restoredFrom, entry.path) ? { kind: 'own', job } : { kind: 'other', job, restoredFrom }
  }
  return { kind: 'none' }
}

/** A bounded job may have come to its end since. */
function isThere({ state }: JobOverview): boolean {
  return !hasEnded(state) || state === 'FINISHED'
}

const POLL_MS = 500

/** What a job was restored from, by the journal, else by the cluster; waited for while the job is initializing. */
async function originOf(job: JobOverview, input: ResumeEntryInput): Promise<string | null> {
  const journalled = (await input.journal.restores()).get(job.jobId)
  if (journalled !== undefined) return journalled
  for (;;) {
    const stats = await checkpointsUnlessInitializing(input.jobManager, job.jobId, input.signal)
    const state = await input.jobManager.jobState(job.jobId, input.signal)
    if (state !== 'INITIALIZING') return stats?.latest.restored?.externalPath ?? null
    await sleep(POLL_MS, undefined, { signal: input.signal })
  }
}

function isSamePath(a: string | null, b: string | null): boolean {
  const keys = [a, b].map((path) => (path === null ? null : keyOf(path)))
  return keys[0] !== null && keys[0] === keys[1]
}

function keyOf(path: string): string | null {
  const parsed = parseLocation(path)
  return parsed.ok ? locationKey(snapshotDirectory(parsed.location)) : path
}

/** Its path stays in the ledger: a person decides which of the two is to live. */
async function object({ ledger, jobId, onObjection }: ResumeEntryInput, found: Extract<OnCluster, { kind: 'other' }>): Promise<void> {
  const { name: jobName } = ledger.job(jobId)
  const from = found.restoredFrom === null ? 'started without state' : `restored from ${found.restoredFrom}`
  const message = `a job of this name runs already (${found.job.jobId}), ${from}: not started a second time; stop that one, or leave this one out: --except ${jobName}`
  onObjection({ jobId, jobName, name: 'already-running', status: 'refuse', message, override: `--except ${jobName}` })
  await ledger.step(jobId, { error: message })
}

async function start(input: ResumeEntryInput): Promise<void> {
  const { ledger, jobId } = input
  const entry = ledger.job(jobId)
  const resumedAs = (await spentId(input)) ? randomBytes(16).toString('hex') : (entry.resumedAs ?? randomBytes(16).toString('hex'))
  await ledger.step(jobId, { state: 'starting', resumedAs, error: null })
  try {
    const started = await input.launch(ledger.job(jobId), resumedAs)
    await ledger.step(jobId, { state: 'running', resumedAs: started, error: null })
  } catch (error) {
    if (endsEverything(error, input.signal)) throw error
    await takeUp(input, resumedAs, error)
  }
}

/**
 * A start that failed may have left a run: a bounded job that was through before it could be proven, or the submission of an earlier
 * attempt that came through meanwhile, so that Flink refused its id a second time.
 */
async function takeUp(input: ResumeEntryInput, resumedAs: string, error: unknown): Promise<void> {
  const state = await input.jobManager.jobState(resumedAs, input.signal)
  if (state === null || (hasEnded(state) && state !== 'FINISHED') || (state !== 'FINISHED' && isVerdict(error))) throw error
  await prove(input, resumedAs, state)
}

function isVerdict(error: unknown): boolean {
  return error instanceof FlinkopsError && ['RESTORE_FAILED', 'RESTORE_NOT_PROVEN'].includes(error.code)
}

async function isUp(jobId: string, { jobManager, signal }: ResumeEntryInput): Promise<boolean> {
  const state = await jobManager.jobState(jobId, signal)
  return state !== null && !hasEnded(state)
}

/** An id of a run that has ended is not taken again by Flink until it restarts. */
async function spentId({ ledger, jobId, jobManager, signal }: ResumeEntryInput): Promise<boolean> {
  const { resumedAs } = ledger.job(jobId)
  return resumedAs !== null && (await jobManager.jobState(resumedAs, signal)) !== null
}

/** Proves a run that an earlier attempt, or a person, has started from the path. */
async function prove(input: ResumeEntryInput, resumedAs: string, state: string): Promise<void> {
  const { ledger, jobId } = input
  const { path, name } = ledger.job(jobId)
  const parsed = parseLocation(path ?? '')
  if (path === null || !parsed.ok) throw notProven(`the manifest has no usable path for ${name}`)
  input.onFound(ledger.job(jobId), resumedAs)
  await ledger.step(jobId, { state: 'starting', resumedAs, error: null })
  await input.journal.rememberRestore(resumedAs, path)
  if (hasEnded(state)) await proveEnded(input, resumedAs)
  else {
    const snapshot = { location: snapshotDirectory(parsed.location), path }
    const onProgress = (progress: RestoreProgress) => input.onProgress(ledger.job(jobId), progress)
    const proof = await awaitRestore({ ...input, jobId: resumedAs, snapshot, onProgress })
    await rememberProven(resumedAs, input)
    if (proof.checkpoint === 'none will come') input.onNoCheckpoints(ledger.job(jobId))
  }
  await ledger.step(jobId, { state: 'running', error: null })
}

/** A bounded job that has come to its end must have come from somewhere. */
async function proveEnded({ jobManager, signal }: ResumeEntryInput, resumedAs: string): Promise<void> {
  const stats = await jobManager.checkpoints(resumedAs, signal)
  if ((stats?.latest.restored ?? null) === null)
    throw notProven(`it has finished as ${resumedAs}, and the cluster does not say that it was restored`)
}

function notProven(message: string): FlinkopsError {
  return new FlinkopsError(message, { code: 'RESTORE_NOT_PROVEN', exitCode: EXIT.failedOnCluster })
}

/** Down again, unless it is there after all: a run whose proof failed is left as it is. */
async function fail(input: ResumeEntryInput, cause: string): Promise<void> {
  const { ledger, jobId } = input
  const { resumedAs } = ledger.job(jobId)
  const isLeft = resumedAs !== null && (await isUp(resumedAs, input))
  await ledger.step(jobId, { state: isLeft ? 'starting' : 'stopped', error: cause, ...(!isLeft && { resumedAs: null }) })
}
