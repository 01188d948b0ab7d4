import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager, JournalOperation, StorageReader } from '../ports.js'
import { isInitializing } from './checkpoints-of.js'
import { findOnStorage, recover, savepointUnderWay } from './recover-operation.js'

export interface AwaitProgress {
  elapsedMs: number
  acknowledged: number | null
  subtasks: number | null
  bytes: number | null
}

export interface AwaitInput {
  operation: JournalOperation
  jobManager: JobManager
  storage: StorageReader
  /** Where the cluster puts savepoints when no target was given. */
  defaultTarget: string | null
  signal: AbortSignal
  now: () => number
  onProgress: (progress: AwaitProgress) => void
  /** The first answer that was no word of Flink on the operation; it is waited through. */
  onTrouble: (problem: FlinkopsError) => void
  endurance: Endurance
}

/** How much is waited through. */
export interface Endurance {
  /** When no look has got an answer for this long, the last problem is thrown; `Infinity` where `--timeout` ends the wait. */
  longestMs: number
  /** When nobody has answered for this long, the savepoint is looked for on storage: an application cluster goes away with its job. */
  goneMs: number
  /** Not let in is told at once, unless we were let in when the operation was asked for. */
  isAttached: boolean
  /** Between two looks; by default the longer, the less is heard. */
  pauseMs?: number
}

/** What became of a savepoint or stop. */
export type OperationEnd =
  /**
   * `isRecovered`: the JobManager did not tell, and this is the job's newest savepoint since. `isUnseen`: no JobManager answered any more,
   * so nobody has seen what became of the job.
   */
  | { state: 'completed'; location: string; isRecovered?: boolean; isUnseen?: boolean }
  | { state: 'failed'; cause: string; savepointPath: string | null }

const POLL_MS = 400
const TROUBLED_POLL_MS = 1000

/**
 * Polls until Flink says how the operation ended. The only loop that waits for it. What comes in place of a word of Flink (5xx, 429, 401,
 * HTML, a connection that breaks off) is no end of it: it is waited through. Ctrl-C, `--timeout` and too long a silence end the wait, never
 * the operation: the error says how to re-attach.
 */
export async function awaitOperation(input: AwaitInput): Promise<OperationEnd> {
  const trouble = new Trouble(input)
  try {
    for (;;) {
      const end = await look(input, trouble)
      if (end !== null) return end
      await sleep(input.endurance.pauseMs ?? (trouble.isOver ? POLL_MS : TROUBLED_POLL_MS), undefined, { signal: input.signal })
    }
  } catch (error) {
    throw withWayBack(error, input, trouble.standing)
  }
}

async function look(input: AwaitInput, trouble: Trouble): Promise<OperationEnd | null> {
  const { operation, jobManager, signal } = input
  try {
    const status = await heard(jobManager.operation(operation.jobId, operation.triggerId, signal), signal)
    trouble.end()
    if (status.state === 'completed' || status.state === 'failed') return status
    if (status.state === 'unknown') return await recover({ ...input, jobManager: heardJobManager(input) })
    input.onProgress(await progressOf(input))
    return null
  } catch (error) {
    if (!(error instanceof NoWord)) throw error
    return trouble.endure(error.problem)
  }
}

/** What the JobManager, or something before it, answered in place of a word on what was asked. */
class NoWord extends Error {
  readonly problem: FlinkopsError

  constructor(problem: FlinkopsError) {
    super(problem.message)
    this.problem = problem
  }
}

async function heard<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!signal.aborted && error instanceof FlinkopsError && !isInitializing(error)) throw new NoWord(error)
    throw error
  }
}

function heardJobManager({ jobManager }: AwaitInput): Pick<JobManager, 'checkpoints' | 'jobState'> {
  return {
    checkpoints: (jobId, signal) => heard(jobManager.checkpoints(jobId, signal), signal),
    jobState: (jobId, signal) => heard(jobManager.jobState(jobId, signal), signal),
  }
}

/** Only shown, so it cannot fail: what is not known stays empty. */
async function progressOf(input: AwaitInput): Promise<AwaitProgress> {
  const { operation, jobManager, signal, now } = input
  const stats = await jobManager.checkpoints(operation.jobId, signal).catch((error: unknown) => {
    if (signal.aborted || !(error instanceof FlinkopsError)) throw error
    return null
  })
  const entry = savepointUnderWay(stats, operation)
  return {
    elapsedMs: now() - operation.startedAtMs,
    acknowledged: entry?.acknowledgedSubtasks ?? null,
    subtasks: entry?.subtasks ?? null,
    bytes: entry?.checkpointedBytes ?? null,
  }
}

/** Looks in a row that got no word of Flink. */
class Trouble {
  readonly #input: AwaitInput
  #sinceMs: number | null = null
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #last: FlinkopsError | null = null
  #isSaid = false
  #isLetIn: boolean

  constructor(input: AwaitInput) {
    this.#input = input
    this.#isLetIn = !input.endurance.isAttached
  }

  get isOver(): boolean {
    return this.#sinceMs === null
  }

  /** What can be said of the operation when the user ends the wait. */
  get standing(): string {
    const what = describeKind(this.#input.operation)
    if (this.#last === null) return `The ${what} goes on in the cluster.`
    return `Whether the ${what} goes on is not known: ${this.#last.message.replace(/\.?$/, '.')}`
  }

  end(): void {
    this.#sinceMs = null
    this.#last = null
    this.#isLetIn = true
  }

  /** `null` = wait on; the savepoint where nobody answers any more and it is there; throws what is too much. */
  async endure(problem: FlinkopsError): Promise<OperationEnd | null> {
    const { operation, now, onTrouble, endurance } = this.#input
    if (problem.exitCode === EXIT.notAuthorised && !this.#isLetIn) throw problem
    const nowMs = now()
    this.#sinceMs ??= nowMs
    this.#last = problem
    if (!this.#isSaid) onTrouble(problem)
    this.#isSaid = true
    const forMs = nowMs - this.#sinceMs
    const isGone = problem.exitCode === EXIT.unreachable && forMs >= endurance.goneMs
    if (isGone && nowMs - this.#lookedAtMs >= endurance.goneMs) {
      this.#lookedAtMs = nowMs
      const location = await findOnStorage(this.#input)
      if (location !== null)
        return { state: 'completed', location, isRecovered: true, ...(operation.kind === 'stop' && { isUnseen: true }) }
    }
    if (forMs >= endurance.longestMs) throw problem
    return null
  }
}

/** Whatever ended the wait, it was not the operation: how to re-attach. `standing`: what can be said of the operation itself. */
export function withWayBack(error: unknown, { operation, signal }: Pick<AwaitInput, 'operation' | 'signal'>, standing: string): unknown {
  const said = error instanceof FlinkopsError ? error : signal.aborted ? signal.reason : null
  if (!(said instanceof FlinkopsError) || isVerdict(said)) return error
  return new FlinkopsError(signal.aborted ? `${said.message} ${standing}` : said.message, {
    code: said.code,
    exitCode: said.exitCode,
    suggestions: [
      ...(signal.aborted || said.exitCode === EXIT.unreachable ? [] : said.suggestions),
      `Go on waiting for it: flinkops savepoint --attach ${operation.triggerId}`,
    ],
  })
}

const VERDICTS = new Set(['OPERATION_UNKNOWN', 'STOP_LOST', 'SAVEPOINT_AMBIGUOUS'])

/** Nothing is left to wait for. */
function isVerdict({ code }: FlinkopsError): boolean {
  return VERDICTS.has(code)
}

export function describeKind({ kind }: JournalOperation): string {
  return kind === 'stop' ? 'stop with savepoint' : 'savepoint'
}
