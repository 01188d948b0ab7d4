/** What sources say about jobs, and whose word counts. */

export type EvidenceSource = 'cluster' | 'history' | 'journal'

/** One run of a job id, from its submission to its end; `endedAtMs` is `null` while no source tells an end. */
export interface Execution {
  startedAtMs: number
  endedAtMs: number | null
}

/** `latest.restored` as a cluster or an archive told it, now or at an earlier look. */
export interface SeenRestore {
  path: string
  /** Id of the checkpoint or savepoint in the run that wrote it. */
  checkpointId: number | null
  source: EvidenceSource
  executionStartedAtMs: number | null
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

/** Distinct by begin, in their order; of two ends that are told of one, the earlier. */
export function executionsIn(evidence: JobEvidence[]): Execution[] {
  const ends = new Map<number, number | null>()
  for (const { source, startedAtMs, endedAtMs = null } of evidence) {
    if (source === 'journal' || !isTold(startedAtMs)) continue
    const known = ends.get(startedAtMs) ?? null
    ends.set(startedAtMs, known === null || endedAtMs === null ? (known ?? endedAtMs) : Math.min(known, endedAtMs))
  }
  return [...ends].map(([startedAtMs, endedAtMs]) => ({ startedAtMs, endedAtMs })).sort((a, b) => a.startedAtMs - b.startedAtMs)
}

/** Each once, by the first source that tells it. */
export function restoresIn(evidence: JobEvidence[]): SeenRestore[] {
  const seen = new Map<string, SeenRestore>()
  for (const { source, restores } of evidence) {
    for (const one of restores ?? []) {
      const key = `${one.path}\n${one.checkpointId}\n${one.executionStartedAtMs}`
      if (!seen.has(key)) seen.set(key, { ...one, source })
    }
  }
  return [...seen.values()]
}
