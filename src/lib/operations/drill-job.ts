import { randomBytes } from 'node:crypto'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager, SqlGateway, SqlStatement, StorageReader } from '../ports.js'
import type { DrillBegun, DrillJournal, DrillProof, DrillVerdict } from '../ports-drill.js'
import { drillDirectory, drillName } from '../state/drill.js'
import type { Location } from '../state/location.js'
import type { Metadata } from '../state/types.js'
import type { RestoreProgress } from './await-restore.js'
import { type Cleared, clearDrill } from './clear-drill.js'
import { judgeFailure } from './drill-failure.js'
import { judgeLosses } from './drill-losses-verdict.js'
import { type LocatedSnapshot, locateSnapshot } from './locate-snapshot.js'
import { verifyOnce, verifySnapshot } from './verify-snapshot.js'
import { watchDrill } from './watch-drill.js'

export interface DrillInput {
  jobName: string
  /** File of the script, for the record. */
  script: string
  /** With every sink replaced. */
  statements: SqlStatement[]
  sinks: DrillSink[]
  from: string
  roots: string[]
  /** Checkpoint root, as a full URI, below which the drill has its directory. */
  checkpointRoot: string
  recordsWithinMs: number
  dryRun: boolean
  jobManager: JobManager
  sqlGateway: () => Promise<SqlGateway>
  storage: StorageReader
  drills: DrillJournal
  remove: (directory: Location, signal: AbortSignal) => Promise<number>
  now: () => number
  signal: AbortSignal
  onStarted: (jobId: string, snapshot: string) => void
  onSay: (text: string) => void
  onProgress: (progress: RestoreProgress) => void
}

export interface DrillSink {
  name: string
  connector: string
  /** Whether a blackhole in its place leaves the ids of all operators as they are. */
  keepsIds: boolean
}

/** The JSON of `drill`. */
export interface DrillResult {
  /** Of the job that was started for it; `null` when none was. */
  jobId: string | null
  jobName: string
  verdict: DrillVerdict | 'planned'
  verified: boolean
  reason: string | null
  restoredFrom: string
  claimMode: 'NO_CLAIM'
  sinks: Pick<DrillSink, 'name' | 'connector'>[]
  proof: DrillProof | null
  /** Operators of the sinks whose state was left out, since a blackhole has no place for it. */
  leftOut: string[]
  /** Whether the snapshot was there when the drill began, and is not any more. */
  hasVanished: boolean
  /** Operators that hold state in the drill, and that the snapshot does not know: they started empty. */
  startedEmpty: string[]
  startedAt: string
  durationMs: number
  /** Blobs of the drill that flinkops deleted after Flink had; `problem` when traces may be left. */
  cleared: Cleared | null
}

/**
 * Restores a job from a snapshot with its sinks replaced, proves it, and takes it away again: what it started has ended and what that wrote
 * is gone when this returns, or `cleared.problem` says what is left. The snapshot is never claimed.
 */
export async function drillJob(input: DrillInput): Promise<DrillResult> {
  const { storage, roots, signal, now } = input
  const snapshot = await locateSnapshot({ text: input.from, roots, storage, signal })
  const startedAtMs = now()
  const found = await verifySnapshot({ storage, location: snapshot.location, signal })
  const drill = new Drill(input, snapshot, startedAtMs)
  if (found.state !== 'complete') return drill.end({ jobId: null, verdict: 'not-restorable', reason: found.problem })
  if (input.dryRun) return drill.planned()
  const strict = await drill.attempt(found.metadata, null)
  if (strict.verdict === 'not-restorable' && (await hasVanished(snapshot, input))) return drill.end({ ...strict, ...VANISHED })
  const named = { ...strict, reason: withName(strict.reason, strict.lost, found.metadata) }
  if (strict.lost === null || input.sinks.every((sink) => sink.keepsIds)) return drill.end(named)
  input.onSay(`${named.reason}. Trying once more without the state that has no place in the drill, to see whose that is`)
  return drill.end(await drill.attempt(found.metadata, named.reason))
}

/** Flink names an operator by its id; the snapshot knows what it was called (from format 5 on). */
function withName(reason: string | null, lost: string | null, { operators }: Metadata): string | null {
  const name = operators.find((one) => one.operatorId === lost)?.name ?? null
  return reason === null || lost === null || name === null ? reason : reason.replace(lost, `${lost} (${name})`)
}

/** Of a job that runs: a checkpoint lives until newer ones take its place. */
const VANISHED = {
  verdict: 'not-proven',
  reason: 'the snapshot was deleted while the drill began, as Flink does with a checkpoint when a newer one is completed',
  hasVanished: true,
} as const

async function hasVanished({ location }: LocatedSnapshot, { storage, signal }: DrillInput): Promise<boolean> {
  const { state } = await verifyOnce({ storage, location, signal })
  return state === 'missing' || state === 'wanting'
}

export interface Attempt {
  jobId: string | null
  verdict: DrillVerdict
  reason: string | null
  proof?: DrillProof
  leftOut?: string[]
  startedEmpty?: string[]
  cleared?: Cleared
  hasVanished?: boolean
}

class Drill {
  readonly #input: DrillInput
  readonly #snapshot: LocatedSnapshot
  readonly #startedAtMs: number

  constructor(input: DrillInput, snapshot: LocatedSnapshot, startedAtMs: number) {
    this.#input = input
    this.#snapshot = snapshot
    this.#startedAtMs = startedAtMs
  }

  /** One start; `refusal`: what Flink said to a first one, and this one leaves out the state that has no place. */
  async attempt(snapshot: Metadata, refusal: string | null): Promise<Attempt & { lost: string | null }> {
    const input = this.#input
    const drill = this.#begun()
    await input.drills.begun(drill)
    const outcome = await this.#watch(drill, snapshot, refusal)
    return { jobId: drill.jobId, ...outcome, cleared: await this.#clear(drill, false) }
  }

  async #watch(drill: DrillBegun, snapshot: Metadata, refusal: string | null): Promise<Omit<Attempt, 'jobId'> & { lost: string | null }> {
    const input = this.#input
    let hasAnswer = false
    const onLaunched = () => {
      hasAnswer = true
      input.onStarted(drill.jobId, this.#snapshot.path)
    }
    try {
      const [name, allowNonRestoredState] = [drillName(input.jobName), refusal !== null]
      const seen = await watchDrill({ ...input, drill, snapshot: this.#snapshot, allowNonRestoredState, name, onLaunched })
      return { lost: null, ...seen, ...judgeLosses({ snapshot, drill: seen.graph, refusal }) }
    } catch (error) {
      // A refusal is an answer, too; an interruption is none.
      const isRefused = error instanceof FlinkopsError && error.exitCode === EXIT.failedOnCluster
      return this.#failed(error, drill, !hasAnswer && !isRefused)
    }
  }

  /** What the failure says about the snapshot; one that says nothing about it is thrown on, behind the clean-up. */
  async #failed(error: unknown, drill: DrillBegun, mayStillCome: boolean) {
    const { jobManager, signal, drills, now } = this.#input
    const judged = await judgeFailure({ error, jobId: drill.jobId, jobManager, signal }).catch(() => null)
    if (judged !== null) return judged
    const cleared = await this.#clear(drill, mayStillCome)
    const reason = error instanceof Error ? error.message : String(error)
    const endedAtMs = now()
    const durationMs = endedAtMs - this.#startedAtMs
    const nothing = { reason, proof: null, leftOut: [], startedEmpty: [] }
    await drills.judged({ ...this.#subject(drill.jobId), ...nothing, verdict: 'failed', endedAtMs, durationMs })
    throw withWhatIsLeft(error, drill, cleared)
  }

  #begun(): DrillBegun {
    const { jobName, script, jobManager, checkpointRoot, now } = this.#input
    const jobId = randomBytes(16).toString('hex')
    const directory = drillDirectory(checkpointRoot, jobId)
    return { jobId, jobName, script, snapshot: this.#snapshot.path, directory, jobManager: jobManager.url, startedAtMs: now() }
  }

  #clear(drill: DrillBegun, mayStillCome: boolean): Promise<Cleared> {
    const { jobManager, storage, drills, remove, now } = this.#input
    return clearDrill({ drill, mayStillCome, jobManager, storage, drills, remove, now })
  }

  #subject(jobId: string | null) {
    return { jobId, jobName: this.#input.jobName, snapshot: this.#snapshot.path }
  }

  planned(): DrillResult {
    return this.#result({ jobId: null, reason: null }, 'planned')
  }

  /** Writes the verdict down. */
  async end({ verdict, ...attempt }: Attempt): Promise<DrillResult> {
    const result = this.#result(attempt, verdict)
    const { reason, proof, leftOut, startedEmpty, durationMs } = result
    const endedAtMs = this.#startedAtMs + durationMs
    await this.#input.drills.judged({
      ...this.#subject(attempt.jobId),
      verdict,
      reason,
      proof,
      leftOut,
      startedEmpty,
      durationMs,
      endedAtMs,
    })
    return result
  }

  #result(
    { jobId, reason, proof, leftOut, startedEmpty, cleared, hasVanished }: Omit<Attempt, 'verdict'>,
    verdict: DrillResult['verdict'],
  ): DrillResult {
    const { jobName, sinks, now } = this.#input
    return {
      jobId,
      jobName,
      verdict,
      verified: verdict === 'proven',
      reason,
      restoredFrom: this.#snapshot.path,
      claimMode: 'NO_CLAIM',
      sinks: sinks.map(({ name, connector }) => ({ name, connector })),
      proof: proof ?? null,
      leftOut: leftOut ?? [],
      startedEmpty: startedEmpty ?? [],
      hasVanished: hasVanished ?? false,
      startedAt: new Date(this.#startedAtMs).toISOString(),
      durationMs: now() - this.#startedAtMs,
      cleared: cleared ?? null,
    }
  }
}

function withWhatIsLeft(error: unknown, { jobId, directory }: DrillBegun, { problem }: Cleared): unknown {
  if (!(error instanceof FlinkopsError)) return error
  const { code, exitCode, suggestions } = error
  const words =
    problem === null
      ? 'The drill was taken away again, nothing of it is left.'
      : `Job ${jobId} and ${directory} may be left (${problem}): the next drill takes them away.`
  return new FlinkopsError(`${error.message.replace(/\.$/, '')}. ${words}`, {
    code,
    exitCode: exitCode === EXIT.done ? EXIT.unexpected : exitCode,
    suggestions: suggestions.filter((one) => !/list-jobs/.test(one)),
  })
}
