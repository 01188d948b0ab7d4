/** What is known of a job, from every source, and whether it may still need its state. */

export type Liveness = 'running' | 'terminated' | 'unknown'

export interface KnownJob {
  jobId: string
  name: string | null
  liveness: Liveness
  /** Flink's state word, when any source said one. */
  state: string | null
  /** One clause: which source says so. */
  proof: string
  /** Never ran: a restore that failed while initializing leaves such an entry. No generation of its lineage. */
  neverRan: boolean
  /** When it ended, by the source that proves it; `null` when unknown. */
  endedAtMs: number | null
  restoredFrom: string | null
  /** Snapshots that the cluster itself names for this job (completed, savepoint, restored, not discarded). */
  named: NamedSnapshot[]
  /** Newest completed checkpoint by REST; must be among the parsed ones of a running job. */
  latestCompleted: { path: string; completedAtMs: number } | null
  inProgressIds: number[]
  checkpointTimeoutMs: number | null
  longestCheckpointMs: number | null
  changelog: boolean | null
  /** As the cluster names it, for example `EmbeddedRocksDBStateBackend`. */
  stateBackend: string | null
}

export interface NamedSnapshot {
  path: string
  as: 'completed' | 'savepoint' | 'restored' | 'retained'
}

/** One source's word about a job; later sources only fill what earlier ones left open. */
export interface JobEvidence {
  jobId: string
  source: 'cluster' | 'history' | 'journal'
  /** Where exactly, for the proof: the JobManager's URL or the history directory. */
  where: string
  name?: string | null
  state?: string | null
  endedAtMs?: number | null
  neverRan?: boolean
  restoredFrom?: string | null
  named?: NamedSnapshot[]
  latestCompleted?: { path: string; completedAtMs: number } | null
  inProgressIds?: number[]
  checkpointTimeoutMs?: number | null
  longestCheckpointMs?: number | null
  changelog?: boolean | null
  stateBackend?: string | null
}

/** Globally terminal states; SUSPENDED resumes, so it counts as running (JobStatus.isGloballyTerminalState). */
const ENDED = new Set(['FINISHED', 'CANCELED', 'FAILED'])

export interface KnowJobsInput {
  evidence: JobEvidence[]
  /** Job ids seen in storage. */
  jobIds: Iterable<string>
  /** No cluster outside the listed ones uses these roots. */
  exclusive: boolean
  /** Whether every listed JobManager answered. */
  allClustersAnswered: boolean
}

/**
 * Joins the evidence. A cluster that says "not ended" outweighs every proof of end (application clusters reuse a job id); an end
 * needs a cluster's or the history directory's word; a job that nobody knows is `unknown`, unless the roots are exclusive and
 * every JobManager answered. Never by age.
 */
export function knowJobs(input: KnowJobsInput): Map<string, KnownJob> {
  const byJob = new Map<string, JobEvidence[]>()
  for (const jobId of input.jobIds) byJob.set(jobId, [])
  for (const one of input.evidence) byJob.set(one.jobId, [...(byJob.get(one.jobId) ?? []), one])
  const isSilenceProof = input.exclusive && input.allClustersAnswered
  return new Map([...byJob].map(([jobId, evidence]) => [jobId, knowJob(jobId, evidence, isSilenceProof)]))
}

/** `isSilenceProof`: a job that no source mentions has ended. */
function knowJob(jobId: string, evidence: JobEvidence[], isSilenceProof: boolean): KnownJob {
  const first = <T>(pick: (one: JobEvidence) => T | null | undefined): T | null => {
    for (const one of evidence) {
      const value = pick(one)
      if (value !== null && value !== undefined) return value
    }
    return null
  }
  return {
    jobId,
    name: first((one) => one.name),
    ...livenessOf(evidence, isSilenceProof),
    neverRan: evidence.some((one) => one.neverRan) && evidence.every((one) => one.source === 'journal' || one.neverRan),
    endedAtMs: first((one) => one.endedAtMs),
    restoredFrom: first((one) => one.restoredFrom),
    named: evidence.flatMap((one) => one.named ?? []),
    latestCompleted: first((one) => one.latestCompleted),
    inProgressIds: evidence.flatMap((one) => one.inProgressIds ?? []),
    checkpointTimeoutMs: first((one) => one.checkpointTimeoutMs),
    longestCheckpointMs: first((one) => one.longestCheckpointMs),
    changelog: first((one) => one.changelog),
    stateBackend: first((one) => one.stateBackend),
  }
}

function livenessOf(evidence: JobEvidence[], isSilenceProof: boolean): Pick<KnownJob, 'liveness' | 'state' | 'proof'> {
  const said = evidence.flatMap(({ source, where, state }) => (typeof state === 'string' ? [{ source, where, state }] : []))
  const alive = said.find((one) => one.source === 'cluster' && !ENDED.has(one.state))
  if (alive) return { liveness: 'running', state: alive.state, proof: `${alive.state} by ${alive.where}` }
  const ended = said.find((one) => ENDED.has(one.state))
  if (ended) return { liveness: 'terminated', state: ended.state, proof: `${ended.state} by ${ended.where}` }
  const [open] = said
  if (open) return { liveness: 'unknown', state: open.state, proof: `${open.state} by ${open.where}, which is no end` }
  if (isSilenceProof) return { liveness: 'terminated', state: null, proof: 'no listed JobManager knows it, and the roots are exclusive' }
  return { liveness: 'unknown', state: null, proof: 'no JobManager and no history entry knows it' }
}

/** A job that nobody mentions, for trees that name one. */
export function unknownJob(jobId: string): KnownJob {
  return knowJob(jobId, [], false)
}

/** Clocks of clusters and storage may differ by so much. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/**
 * Application clusters reuse a job id (`JobID(hash(cluster id), 0)`): an end proves nothing when the tree holds a checkpoint that was
 * completed after it. Such a job counts as unknown.
 */
export function doubtReusedIds(
  jobs: Map<string, KnownJob>,
  snapshots: { jobId: string | null; kind: string; etag: string | null; completedAtMs: number }[],
): void {
  for (const { jobId, kind, etag, completedAtMs } of snapshots) {
    const job = jobId === null ? undefined : jobs.get(jobId)
    if (job?.liveness !== 'terminated' || job.endedAtMs === null || kind !== 'checkpoint' || etag === null) continue
    if (completedAtMs <= job.endedAtMs + CLOCK_TOLERANCE_MS) continue
    jobs.set(job.jobId, {
      ...job,
      liveness: 'unknown',
      proof: `${job.proof}, but its tree holds a later checkpoint: the job id was used again`,
    })
  }
}
