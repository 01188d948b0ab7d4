import { randomBytes } from 'node:crypto'
import { EXIT, FlinkopsError, usageError } from '../errors.js'
import { foreignAccount, isForeignAccount } from '../foreign.js'
import type { JobManager, JobOverview, Journal, JournalOperation, StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'
import { askOnce, isRefusal } from './ask-once.js'
import { type AwaitInput, awaitOperation, describeKind, type OperationEnd, withWayBack } from './await-operation.js'
import { checkTarget } from './check-target.js'
import { isOfAnyCluster, savepointSince } from './recover-operation.js'
import { hasEnded, resolveJob } from './resolve-job.js'
import { isUnproven, type Verification, verifySnapshot } from './verify-snapshot.js'

export interface SavepointInput {
  kind: 'savepoint' | 'stop'
  job: string
  /** Where the user wants it; `null` = the cluster's default. */
  target: string | null
  format: 'CANONICAL' | 'NATIVE'
  drain: boolean
  allowForeignTarget: boolean
  /** Known checkpoint and savepoint roots. */
  knownRoots: string[]
  /** First configured savepoint root, for a cluster without a default of its own. */
  fallbackTarget: string | null
  jobManager: JobManager
  journal: Journal
  storage: StorageReader
  signal: AbortSignal
  now: () => number
  onTriggered: (operation: JournalOperation) => void
}

/** The JSON of `savepoint` and `stop`. */
export interface SavepointResult {
  jobId: string
  jobName: string | null
  triggerId: string
  path: string
  format: 'CANONICAL' | 'NATIVE'
  sizeBytes: number
  durationMs: number
  verified: true
  references: { count: number; bytes: number; missing: number }
}

/** Triggers a savepoint or a stop; answers as soon as the cluster has accepted it. */
export async function startSavepoint(input: SavepointInput): Promise<{ operation: JournalOperation; defaultTarget: string | null }> {
  const job = resolveJob(input.job, await input.jobManager.jobs(input.signal))
  await input.journal.rememberName(job.jobId, job.name)
  checkState(job, input.kind)
  const defaultTarget = await clusterTarget(input)
  const target = input.target ?? (defaultTarget === null ? input.fallbackTarget : null)
  await checkTarget({
    target: target ?? defaultTarget,
    knownRoots: rootsWith(input, defaultTarget),
    allowForeign: input.allowForeignTarget,
    storage: input.storage,
    signal: input.signal,
  })
  if (target === null && defaultTarget === null)
    throw usageError(
      'The cluster has no savepoint directory.',
      'Give one: --target wasbs://<container>@<account>.blob.core.windows.net/<path>',
    )
  const operation: JournalOperation = {
    kind: input.kind,
    triggerId: randomBytes(16).toString('hex'),
    jobId: job.jobId,
    jobName: job.name,
    jobManager: input.jobManager.url,
    targetDirectory: target,
    format: input.format,
    startedAtMs: input.now(),
  }
  await input.journal.operationStarted(operation)
  input.onTriggered(operation)
  await post(operation, input)
  return { operation, defaultTarget: target ?? defaultTarget }
}

async function post(operation: JournalOperation, input: SavepointInput): Promise<void> {
  const { jobId, triggerId, format, targetDirectory } = operation
  const request = { jobId, triggerId, format, ...(targetDirectory !== null && { targetDirectory }) }
  const ask = () =>
    input.kind === 'stop'
      ? input.jobManager.triggerStop({ ...request, drain: input.drain }, input.signal)
      : input.jobManager.triggerSavepoint(request, input.signal)
  try {
    await askOnce(ask, input)
  } catch (error) {
    if (isRefusal(error)) throw await refused(error, operation, input)
    // The request may have arrived although its answer did not.
    throw withWayBack(error, { operation, signal: input.signal }, `Whether the ${describeKind(operation)} was triggered is not known.`)
  }
}

/** Nothing was begun, so there is nothing to wait for. */
async function refused(error: FlinkopsError, operation: JournalOperation, { journal, now }: SavepointInput): Promise<FlinkopsError> {
  await journal.operationEnded(operation.triggerId, { state: 'failed', cause: error.message, atMs: now() })
  const what = operation.kind === 'stop' ? 'Nothing was stopped' : 'No savepoint was begun'
  const { code, exitCode, suggestions } = error
  return new FlinkopsError(`${error.message.replace(/\.?$/, '.')} ${what}.`, { code, exitCode, suggestions })
}

function checkState(job: JobOverview, kind: 'savepoint' | 'stop'): void {
  if (!hasEnded(job.state)) return
  const what = kind === 'stop' ? 'stopped' : 'taken a savepoint of'
  throw new FlinkopsError(`Job ${job.name} (${job.jobId}) is ${job.state} and cannot be ${what}.`, {
    code: 'JOB_ENDED',
    exitCode: EXIT.failedOnCluster,
    suggestions: [`See what is left of it in storage: flinkops list-checkpoints ${job.jobId.slice(0, 8)}`],
  })
}

function rootsWith(input: SavepointInput, defaultTarget: string | null): string[] {
  return defaultTarget === null ? input.knownRoots : [...input.knownRoots, defaultTarget]
}

/** The savepoint directory that the cluster is configured with. */
export async function clusterTarget(input: { jobManager: JobManager; signal: AbortSignal }): Promise<string | null> {
  const configuration = await input.jobManager.configuration(input.signal)
  for (const key of ['execution.checkpointing.savepoint-dir', 'state.savepoints.dir', 'savepoints.state.backend.fs.dir']) {
    const value = configuration.get(key)
    if (value) return value
  }
  return null
}

export interface FinishInput extends AwaitInput {
  journal: Journal
  /** Something the user should know although it worked. */
  onNotice: (text: string) => void
}

/** Waits for the end, then looks on storage: success is said only of a savepoint that is all there. */
export async function finishSavepoint(input: FinishInput): Promise<SavepointResult> {
  const end = await awaitOperation(input)
  await noteEnd(input, end)
  if (end.state === 'failed') throw await clusterFailure(input, end)
  if (end.isRecovered) input.onNotice(recoveredWords(input.operation, end))
  const parsed = parseLocation(end.location)
  if (!parsed.ok) throw wanting(end.location, `it cannot be checked, ${parsed.problem}`)
  const verification = await verifySnapshot({ storage: input.storage, location: parsed.location, signal: input.signal }).catch((error) => {
    if (!isForeignAccount(error)) throw error
    throw foreignAccount(parsed.location.account, `${reported(input.operation, end.location)}, and nobody looked at it`)
  })
  if (verification.state !== 'complete')
    throw wanting(end.location, verification.problem, isUnproven(verification) ? 'not proven to be restorable' : undefined)
  return resultOf(input, end.location, verification)
}

function reported({ kind, jobName, jobId }: JournalOperation, path: string): string {
  return `Flink says that ${kind === 'stop' ? `${jobName ?? jobId} is stopped, and ` : ''}${path} is completed`
}

async function noteEnd(input: FinishInput, end: OperationEnd): Promise<void> {
  const atMs = input.now()
  const path = end.state === 'completed' ? end.location : end.savepointPath
  const cause = end.state === 'failed' ? { cause: end.cause } : {}
  await input.journal.operationEnded(input.operation.triggerId, { state: end.state, ...(path !== null && { path }), ...cause, atMs })
}

function resultOf(input: FinishInput, path: string, found: Extract<Verification, { state: 'complete' }>): SavepointResult {
  const { operation } = input
  const bytes = found.measured.exclusiveBytes + found.measured.sharedBytes
  return {
    jobId: operation.jobId,
    jobName: operation.jobName,
    triggerId: operation.triggerId,
    path,
    format: operation.format,
    sizeBytes: bytes + found.metadataBytes,
    durationMs: input.now() - operation.startedAtMs,
    verified: true,
    references: { count: found.measured.references.length, bytes, missing: 0 },
  }
}

/** Said of a savepoint that no JobManager named. */
function recoveredWords(operation: JournalOperation, { location, isUnseen }: Extract<OperationEnd, { state: 'completed' }>): string {
  const why = isUnseen ? 'No JobManager answers any more' : 'The JobManager did not tell how this operation ended'
  const job = operation.jobName ?? operation.jobId
  const doubts = [
    ...(isUnseen ? [`Whether ${job} is down nobody has seen: look before you start it again.`] : []),
    ...(isOfAnyCluster(operation) ? [`Other application clusters may write savepoints of the same job id: look whose it is.`] : []),
  ]
  return [`${why}; ${location} is the newest savepoint of the job since.`, ...doubts].join(' ')
}

async function clusterFailure(input: FinishInput, end: Extract<OperationEnd, { state: 'failed' }>): Promise<FlinkopsError> {
  const { operation } = input
  const name = operation.jobName ?? operation.jobId
  if (end.savepointPath !== null) {
    return new FlinkopsError(`The savepoint ${end.savepointPath} was completed, but ${name} failed while stopping: ${end.cause}`, {
      code: 'STOPPING_FAILED',
      exitCode: EXIT.failedOnCluster,
      suggestions: [
        'The savepoint is consistent; uncommitted transactions of sinks are committed by resuming from it:',
        `flinkops resume <script.sql|job.jar> --from ${end.savepointPath}`,
      ],
    })
  }
  const { isUp, words } = await standingOf(input)
  const stop = isUp ? `${name} was not stopped` : `The stop of ${name} failed`
  return new FlinkopsError(`${operation.kind === 'stop' ? stop : `No savepoint of ${name} was taken`}: ${end.cause}`, {
    code: 'SAVEPOINT_FAILED',
    exitCode: EXIT.failedOnCluster,
    suggestions: [words],
  })
}

/** How the job is, looked up: the failure of a stop tells nothing of it. */
async function standingOf(input: FinishInput): Promise<{ isUp: boolean; words: string }> {
  const { operation, jobManager, signal } = input
  const name = operation.jobName ?? operation.jobId
  try {
    const state = await jobManager.jobState(operation.jobId, signal)
    if (state !== null && !hasEnded(state)) return { isUp: true, words: `The job is up (${state}); see how it is: flinkops list-jobs` }
    const path = await savepointSince(input)
    const is = `${name} is ${state === null ? 'not known to this JobManager any more' : state}`
    const wayBack = `Look for a way back: flinkops list-savepoints ${operation.jobId.slice(0, 8)}`
    return { isUp: false, words: path === null ? `${is}. ${wayBack}` : `${is}; a savepoint of it was completed meanwhile: ${path}` }
  } catch (error) {
    if (signal.aborted || !(error instanceof FlinkopsError)) throw error
    return { isUp: false, words: 'How the job is could not be looked up: flinkops list-jobs' }
  }
}

function wanting(path: string, problem: string, verdict = 'not restorable'): FlinkopsError {
  return new FlinkopsError(`Flink says ${path} is completed, but it is ${verdict}: ${problem}.`, {
    code: 'SNAPSHOT_INCOMPLETE',
    exitCode: EXIT.failedOnCluster,
    suggestions: [`Look at it: flinkops inspect ${path}`, 'Do not rely on it; take another savepoint.'],
  })
}
