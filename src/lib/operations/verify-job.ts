import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { CheckpointConfig, JobManager, JobOverview, StorageReader } from '../ports.js'
import { checkpointsOffOrUnknown } from './checkpoint-settings.js'
import { checkpointsUnlessInitializing } from './checkpoints-of.js'
import { hasEnded } from './resolve-job.js'
import { type NewestProof, verifyNewest } from './verify-job-newest.js'
import { failuresInARow, JobWatch, paceFindings, patienceMs, seconds } from './verify-job-watch.js'

export interface VerifyJobInput {
  job: JobOverview
  jobManager: JobManager
  storage: StorageReader
  signal: AbortSignal
  now: () => number
  onProgress: (progress: { state: string; completed: number; elapsedMs: number }) => void
  /** Ends early with the signal. */
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** Whether a job checkpoints: `findings` say why not, `proof` what was seen. */
export interface JobVerdict {
  jobId: string
  jobName: string
  findings: string[]
  proof: JobProof | null
}

export interface JobProof {
  /** The checkpoints that were completed meanwhile, oldest first. */
  completed: { id: number; durationMs: number | null }[]
  intervalMs: number
  failed: number
  restarts: number
  newest: NewestProof
}

const WANTED = 2
const RESTARTS_OF_A_LOOP = 2
const SLOWEST_POLL_MS = 2000

/**
 * Watches a job until two more checkpoints are completed, or it is clear that they will not be; then looks whether the newest one can be
 * restored from. A job that is too young to tell is waited for, up to what its own configuration allows, or `--timeout`.
 */
export async function verifyJob(input: VerifyJobInput): Promise<JobVerdict> {
  const { job } = input
  const verdict = (findings: string[], proof: JobProof | null = null) => ({ jobId: job.jobId, jobName: job.name, findings, proof })
  if (hasEnded(job.state)) return verdict([await endedFinding(job.state, input)])
  const watch = new JobWatch()
  try {
    const watched = await watchJob(watch, input)
    if ('findings' in watched) return verdict(watched.findings)
    const newest = await verifyNewest(input)
    const findings = [...paceFindings(watch, watched.config), ...newest.findings]
    return verdict(findings, newest.proof && proofOf(watch, watched.config, newest.proof))
  } catch (error) {
    const findings = isTimeout(input.signal) ? evidenceSoFar(watch) : []
    if (findings.length > 0) return verdict(findings)
    throw withWhatIsKnown(error, watch, input)
  }
}

/** Why it cannot be proven, or two more checkpoints were completed under this configuration. */
type Watched = { findings: string[] } | { config: CheckpointConfig }

async function watchJob(watch: JobWatch, input: VerifyJobInput): Promise<Watched> {
  const { jobManager, job, signal, now, pause = (ms, aborted) => sleep(ms, undefined, { signal: aborted }) } = input
  const startedMs = now()
  let config: CheckpointConfig | null = null
  for (;;) {
    const state = await jobManager.jobState(job.jobId, signal)
    const stats = await checkpointsUnlessInitializing(jobManager, job.jobId, signal)
    watch.see({ atMs: now(), state, stats })
    config ??= await checkpointsOffOrUnknown(jobManager, job.jobId, signal)
    const findings = await findingsNow(watch, config, input)
    if (findings.length > 0) return { findings }
    if (config !== null && watch.completed.size >= WANTED) return { config }
    input.onProgress({ state: state ?? 'unknown', completed: watch.completed.size, elapsedMs: now() - startedMs })
    await pause(Math.min(SLOWEST_POLL_MS, Math.max(200, (config?.intervalMs ?? 2000) / 4)), signal)
  }
}

/** What is certain by now. */
async function findingsNow(watch: JobWatch, config: CheckpointConfig | null, input: VerifyJobInput): Promise<string[]> {
  const state = watch.last?.state ?? null
  if (state === null) return ['the JobManager does not know the job any more']
  if (hasEnded(state)) return [await endedFinding(state, input)]
  const isOff = config === null ? watch.last?.stats === null : config.intervalMs === null
  if (state === 'RUNNING' && isOff) return ['it takes no checkpoints: checkpointing is off, so only a savepoint could bring its state back']
  if (watch.restarts >= RESTARTS_OF_A_LOOP) return [`it is in a restart loop: ${watch.restarts} restarts meanwhile${await cause(input)}`]
  const failures = failuresInARow(watch.last?.stats ?? null)
  if (failures.filter((one) => watch.failed.has(one.id)).length >= 2) return [failingFinding(failures)]
  const waitedMs = watch.runningSinceMs === null ? 0 : input.now() - watch.runningSinceMs
  if (config !== null && waitedMs > patienceMs(config) && watch.completed.size < WANTED)
    return [`checkpoints do not advance: ${watch.completed.size} completed in ${seconds(waitedMs)}${underWay(watch)}${await cause(input)}`]
  return []
}

function failingFinding([newest, ...more]: ReturnType<typeof failuresInARow>): string {
  const why = newest?.failureMessage ? `: ${newest.failureMessage.replace(/\.$/, '')}` : ''
  return `its checkpoints fail, the last ${more.length + 1} in a row${why}`
}

function underWay(watch: JobWatch): string {
  const entry = watch.last?.stats?.history.find((one) => one.status === 'IN_PROGRESS' && !one.isSavepoint)
  return entry === undefined
    ? ''
    : `; checkpoint ${entry.id} is under way, ${entry.acknowledgedSubtasks} of ${entry.subtasks} subtasks are done`
}

async function cause({ jobManager, job, signal }: VerifyJobInput): Promise<string> {
  const words = await jobManager.failureCause(job.jobId, signal)
  return words === null ? '' : `; its last failure: ${words.replace(/\.$/, '')}`
}

async function endedFinding(state: string, input: VerifyJobInput): Promise<string> {
  return `it is ${state}${state === 'FAILED' ? await cause(input) : ''}`
}

function proofOf(watch: JobWatch, config: CheckpointConfig, newest: NewestProof): JobProof {
  const completed = [...watch.completed.values()].toSorted((a, b) => a.id - b.id)
  return {
    completed: completed.map(({ id, endToEndMs }) => ({ id, durationMs: endToEndMs })),
    intervalMs: config.intervalMs ?? 0,
    failed: watch.failed.size,
    restarts: watch.restarts,
    newest,
  }
}

function isTimeout(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof FlinkopsError && signal.reason.exitCode === EXIT.stillRunning
}

/** What already speaks against the job when the time is up. */
function evidenceSoFar(watch: JobWatch): string[] {
  const failures = failuresInARow(watch.last?.stats ?? null)
  return watch.completed.size === 0 && failures.length > 0 ? [failingFinding(failures)] : []
}

function withWhatIsKnown(error: unknown, watch: JobWatch, { signal, job }: VerifyJobInput): unknown {
  if (!isTimeout(signal) || !(signal.reason instanceof FlinkopsError)) return error
  const state = watch.last?.state ?? 'not known'
  return new FlinkopsError(
    `${signal.reason.message} Whether ${job.name} checkpoints is not known yet: it is ${state}, ${watch.completed.size} of ${WANTED} checkpoints were completed meanwhile.`,
    {
      code: signal.reason.code,
      exitCode: EXIT.stillRunning,
      suggestions: ['Give it longer: --timeout, or none to wait as long as its configuration allows.'],
    },
  )
}
