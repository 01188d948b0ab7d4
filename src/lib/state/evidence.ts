/** What sources say about jobs, and whose word counts. */

/** `record`: what looks wrote into the containers, on whatever machine. */
export type EvidenceSource = 'cluster' | 'history' | 'journal' | 'record'

/** One run of a job id, from its submission to its end. */
export interface Execution {
  startedAtMs: number
  /** `null` while no source tells an end, nor that the next one began at its cluster. */
  endedAtMs: number | null
  /** A source tells its end, or that it runs now: what was made in between is its own. */
  isBounded: boolean
}

/** `latest.restored` as a cluster or an archive told it, now or at an earlier look. */
export interface SeenRestore {
  path: string
  /** Id of the checkpoint or savepoint in the run that wrote it. */
  checkpointId: number | null
  source: EvidenceSource
  executionStartedAtMs: number | null
  /** A person named the job that is to go on from there. */
  isNamed?: true
}

export interface NamedSnapshot {
  path: string
  as: 'completed' | 'savepoint' | 'restored' | 'retained'
}

/** The last checkpoint that a job completed, of a job that has ended. */
export interface LeftCheckpoint {
  path: string
  /** Flink says that it deleted it itself; `null` = it does not say. */
  isDiscarded: boolean | null
  /** Flink deletes it when the job ends in this state; `null` = nobody knows. */
  isDeletedAtEnd: boolean | null
}

/** One source's word about a job; later sources only fill what earlier ones left open. */
export interface JobEvidence {
  jobId: string
  source: EvidenceSource
  /** Where exactly, for the proof: the JobManager's URL or the history directory. */
  where: string
  name?: string | null
  state?: string | null
  startedAtMs?: number | null
  endedAtMs?: number | null
  neverRan?: boolean
  restoredFrom?: string | null
  /** Restores that this source has seen. */
  restores?: Omit<SeenRestore, 'source'>[]
  named?: NamedSnapshot[]
  /** Paths of savepoints that are the job's own, there or not; the newest first where a cluster says it. */
  savepoints?: string[]
  /** Begins (`null` = not told when) of executions that were seen to begin without state. */
  emptyStarts?: (number | null)[]
  /** Those of which a person said that it was meant. */
  meantStarts?: (number | null)[]
  latestCompleted?: { path: string; completedAtMs: number } | null
  inProgressIds?: number[]
  checkpointTimeoutMs?: number | null
  longestCheckpointMs?: number | null
  changelog?: boolean | null
  stateBackend?: string | null
  retainsCheckpoints?: boolean | null
  left?: LeftCheckpoint | null
  /** How the last look of ours saw the job at that cluster; it proves no state of now. */
  sighting?: { state: string; startedAtMs: number | null; isHaOff: boolean | null }
}

/** The word of an earlier look, not of now. */
export function isRemembered({ source }: Pick<JobEvidence, 'source'>): boolean {
  return source === 'journal' || source === 'record'
}

/** Globally terminal states; SUSPENDED resumes, so it counts as running (JobStatus.isGloballyTerminalState). */
const ENDED = new Set(['FINISHED', 'CANCELED', 'FAILED'])

export function hasEnded(state: string): boolean {
  return ENDED.has(state)
}

/**
 * Ids of application mode: `JobID(0, 0)`, or with high availability `JobID(hash(cluster id), 0)`. Every submission of such a job has the
 * same id, and clusters may share it.
 */
export function isFixedJobId(jobId: string): boolean {
  return jobId.startsWith('000000') || jobId.startsWith('ffffff')
}

/** What the first of them says that says anything. */
export function firstOf<T>(evidence: JobEvidence[], pick: (one: JobEvidence) => T | null | undefined): T | null {
  for (const one of evidence) {
    const value = pick(one)
    if (value !== null && value !== undefined) return value
  }
  return null
}

/**
 * Whose words count, in their order. Whoever says that the job has not ended speaks for all fields (the journal still fills what it does not
 * say, but for ids that are used again); else those that tell of the execution that ended last. Never two executions mixed.
 */
export function speakersOf(jobId: string, evidence: JobEvidence[]): JobEvidence[] {
  const alive = evidence.filter(saysAlive)
  if (alive.length > 0) return [...alive, ...evidence.filter((one) => one.source === 'journal' && !isFixedJobId(jobId))]
  const last = lastEnded(evidence)
  if (last === undefined || !isTold(last.startedAtMs)) return evidence
  return evidence.filter((one) => !isTold(one.startedAtMs) || one.startedAtMs === last.startedAtMs)
}

export function hasState<T extends JobEvidence>(one: T): one is T & { state: string } {
  return typeof one.state === 'string'
}

export function saysAlive(one: JobEvidence): boolean {
  return one.source === 'cluster' && hasState(one) && !hasEnded(one.state)
}

/** The word of the end that was last. */
export function lastEnded(evidence: JobEvidence[]): (JobEvidence & { state: string }) | undefined {
  const endOf = (one: JobEvidence) => one.endedAtMs ?? one.startedAtMs ?? 0
  const ended = evidence.filter(hasState).filter(({ state }) => hasEnded(state))
  return ended.reduce<(typeof ended)[number] | undefined>(
    (last, one) => (last === undefined || endOf(one) > endOf(last) ? one : last),
    undefined,
  )
}

function isTold(timeMs: number | null | undefined): timeMs is number {
  return typeof timeMs === 'number'
}

/**
 * Distinct by begin, in their order; of two ends that are told of one, the earlier. A begin that only an earlier look saw counts, too; at one
 * cluster an execution has ended when the next one of that id begins.
 */
export function executionsIn(evidence: JobEvidence[]): Execution[] {
  const executions = new Map<number, Execution>()
  const begins = evidence.flatMap((one) => {
    const startedAtMs = isRemembered(one) ? one.sighting?.startedAtMs : one.startedAtMs
    return isTold(startedAtMs) ? [{ ...one, startedAtMs, isBounded: isTold(one.endedAtMs) || saysAlive(one) }] : []
  })
  for (const { where, startedAtMs, endedAtMs, isBounded } of begins) {
    const known = executions.get(startedAtMs)
    const next = begins.flatMap((one) => (one.where === where && one.startedAtMs > startedAtMs ? [one.startedAtMs] : []))
    const ends = [endedAtMs, known?.endedAtMs, ...next].filter(isTold)
    executions.set(startedAtMs, {
      startedAtMs,
      endedAtMs: ends.length === 0 ? null : Math.min(...ends),
      isBounded: isBounded || known?.isBounded === true,
    })
  }
  return [...executions.values()].sort((a, b) => a.startedAtMs - b.startedAtMs)
}

/** The execution within which something was made; `null` when that is not told, or more than one may be it. */
export function executionAt(executions: Execution[], atMs: number): Execution | null {
  const [only, ...others] = executions.filter(
    ({ startedAtMs, endedAtMs }) => atMs >= startedAtMs && (endedAtMs === null || atMs <= endedAtMs),
  )
  return only?.isBounded && others.length === 0 ? only : null
}

/** Each once, by the first source that tells it. */
export function restoresIn(evidence: JobEvidence[]): SeenRestore[] {
  const seen = new Map<string, SeenRestore>()
  for (const { source, restores } of evidence) {
    for (const one of restores ?? []) {
      const key = `${one.path}\n${one.checkpointId}\n${one.executionStartedAtMs}`
      const known = seen.get(key)
      if (known === undefined) seen.set(key, { ...one, source })
      else if (one.isNamed) seen.set(key, { ...known, isNamed: one.isNamed })
    }
  }
  return [...seen.values()]
}
