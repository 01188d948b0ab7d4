/** What is known of a job, from every source, and whether it may still need its state. */

import {
  type EvidenceSource,
  type Execution,
  executionsIn,
  firstOf,
  hasEnded,
  hasState,
  isFixedJobId,
  isRemembered,
  type JobEvidence,
  lastEnded,
  type NamedSnapshot,
  restoresIn,
  type SeenRestore,
  saysAlive,
  speakersOf,
} from './evidence.js'
import { type JobTrees, objectionToSilence, type SilenceInput } from './silence.js'

export type Liveness = 'running' | 'terminated' | 'unknown'

export interface KnownJob {
  jobId: string
  name: string | null
  liveness: Liveness
  /** Flink's state word, when any source said one. */
  state: string | null
  /** One clause: which source says so. */
  proof: string
  /** Begin of the execution that the fields of this job are about; `null` when no source tells it. */
  startedAtMs: number | null
  /** Never ran: a restore that failed while initializing leaves such an entry. No generation of its lineage. */
  neverRan: boolean
  /** When it ended, by the source that proves it; `null` when unknown. */
  endedAtMs: number | null
  restoredFrom: string | null
  /** Every execution of this id that a cluster or the history tells of, by begin; ids of application mode are used again. */
  executions: Execution[]
  /** Every restore that was seen (never one that was only asked for), of any execution. */
  restores: SeenRestore[]
  /** Snapshots that the cluster itself names for this job (completed, savepoint, restored, not discarded). */
  named: NamedSnapshot[]
  /** Paths of savepoints that any source ever told to be the job's own, there or not. */
  savepoints: string[]
  /** Begins (`null` = not told when) of executions that were seen to begin without state, and of those of which a person said that it was meant. */
  emptyStarts: (number | null)[]
  meantStarts: (number | null)[]
  /** Newest completed checkpoint by REST; must be among the parsed ones of a running job. */
  latestCompleted: { path: string; completedAtMs: number } | null
  inProgressIds: number[]
  checkpointTimeoutMs: number | null
  longestCheckpointMs: number | null
  changelog: boolean | null
  /** As the cluster names it, for example `EmbeddedRocksDBStateBackend`. */
  stateBackend: string | null
  /** Whether its checkpoints outlive a cancel and a failure (`externalization`); `null` when no source tells it. */
  retainsCheckpoints: boolean | null
  /** Who says the name; `null` without a name. */
  nameSource: EvidenceSource | null
}

export interface KnowJobsInput {
  evidence: JobEvidence[]
  /** Job ids seen in storage. */
  jobIds: Iterable<string>
  /** No cluster outside the listed ones uses these roots. */
  exclusive: boolean
  /** Whether every listed JobManager answered. */
  allClustersAnswered: boolean
  /** What storage shows of each job; absent = storage was not looked at. */
  trees?: ReadonlyMap<string, JobTrees>
  /** Absent = silence proves nothing. */
  silence?: SilenceInput
}

/**
 * Joins the evidence. A cluster that says "not ended" outweighs every proof of end (application clusters reuse a job id). An end needs a
 * cluster's or the history directory's word, and a tree that was not written to since; or silence: exclusive roots, every JobManager answered,
 * and nothing against it (`objectionToSilence`). Never by age alone.
 */
export function knowJobs(input: KnowJobsInput): Map<string, KnownJob> {
  const byJob = new Map<string, JobEvidence[]>()
  for (const jobId of input.jobIds) byJob.set(jobId, [])
  for (const one of input.evidence) byJob.set(one.jobId, [...(byJob.get(one.jobId) ?? []), one])
  return new Map([...byJob].map(([jobId, evidence]) => [jobId, knowJob(jobId, evidence, livenessOf(jobId, evidence, input))]))
}

function knowJob(jobId: string, evidence: JobEvidence[], life: Life): KnownJob {
  const speaking = speakersOf(jobId, evidence)
  const first = <T>(pick: (one: JobEvidence) => T | null | undefined): T | null => firstOf(speaking, pick)
  const naming = [...speaking, ...evidence].find((one) => typeof one.name === 'string')
  return {
    jobId,
    name: naming?.name ?? null,
    nameSource: naming?.source ?? null,
    ...life,
    startedAtMs: first((one) => one.startedAtMs),
    neverRan: evidence.some((one) => one.neverRan) && evidence.every((one) => isRemembered(one) || one.neverRan),
    endedAtMs: first((one) => one.endedAtMs),
    restoredFrom: first((one) => one.restoredFrom),
    executions: executionsIn(evidence),
    restores: restoresIn(evidence),
    named: speaking.flatMap((one) => one.named ?? []),
    savepoints: evidence.flatMap((one) => one.savepoints ?? []),
    emptyStarts: evidence.flatMap((one) => one.emptyStarts ?? []),
    meantStarts: evidence.flatMap((one) => one.meantStarts ?? []),
    latestCompleted: first((one) => one.latestCompleted),
    inProgressIds: speaking.flatMap((one) => one.inProgressIds ?? []),
    checkpointTimeoutMs: first((one) => one.checkpointTimeoutMs),
    longestCheckpointMs: first((one) => one.longestCheckpointMs),
    changelog: first((one) => one.changelog),
    stateBackend: first((one) => one.stateBackend),
    retainsCheckpoints: first((one) => one.retainsCheckpoints),
  }
}

type Life = Pick<KnownJob, 'liveness' | 'state' | 'proof'>

function livenessOf(jobId: string, evidence: JobEvidence[], input: KnowJobsInput): Life {
  const alive = evidence.filter(hasState).find(saysAlive)
  if (alive) return { liveness: 'running', state: alive.state, proof: `${alive.state} by ${alive.where}` }
  const ended = lastEnded(evidence)
  if (ended) {
    const { state } = ended
    const proof = `${state} by ${ended.where}`
    const doubt = doubtOf(ended, evidence, input.trees?.get(jobId))
    if (doubt === null) return { liveness: 'terminated', state, proof }
    const silent = bySilence(jobId, evidence, input)
    return silent.liveness === 'terminated'
      ? silent
      : { liveness: 'unknown', state, proof: `${proof}, but ${doubt}: the job id was used again` }
  }
  const open = evidence.find(hasState)
  if (open) return { liveness: 'unknown', state: open.state, proof: `${open.state} by ${open.where}, which is no end` }
  return bySilence(jobId, evidence, input)
}

/** Clocks of clusters and storage may differ by so much. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/**
 * Why an end is none of the run that is asked for: application clusters reuse a job id (`JobID(hash(cluster id), 0)`), so whatever was written or
 * seen later is of a later run. Of an id that is no fixed one, and that a cluster still shows with its end, only a checkpoint says so: an upload may come
 * to its end after its job. `null` = nothing speaks against it.
 */
function doubtOf(ended: JobEvidence, evidence: JobEvidence[], trees: JobTrees | undefined): string | null {
  const endedAtMs = ended.endedAtMs ?? null
  if (endedAtMs === null) return null
  const isShown = ended.source === 'cluster' && !isFixedJobId(ended.jobId)
  const writtenMs = (isShown ? trees?.newestCheckpointMs : trees?.newestWriteMs) ?? 0
  if (writtenMs > endedAtMs + CLOCK_TOLERANCE_MS) return 'its directory was written to later'
  const later = evidence.find(
    ({ sighting }) => sighting !== undefined && !hasEnded(sighting.state) && (sighting.startedAtMs ?? 0) > endedAtMs,
  )
  return later === undefined ? null : `${later.where} had it ${later.sighting?.state} later`
}

function bySilence(jobId: string, evidence: JobEvidence[], input: KnowJobsInput): Life {
  const { exclusive, allClustersAnswered, silence, trees } = input
  if (!exclusive || !allClustersAnswered || silence === undefined)
    return { liveness: 'unknown', state: null, proof: 'no JobManager and no history entry knows it' }
  const objection = objectionToSilence(jobId, evidence, trees?.get(jobId), silence)
  if (objection === null)
    return { liveness: 'terminated', state: null, proof: 'no listed JobManager knows it, and the roots are exclusive' }
  return { liveness: 'unknown', state: null, proof: `no listed JobManager knows it, but ${objection}` }
}

/** Paths of snapshots that a source told to be the job's own: what it was restored from is another's. */
export function ownPaths({ named, savepoints }: Pick<KnownJob, 'named' | 'savepoints'>): string[] {
  return [...named.flatMap(({ path, as }) => (as === 'restored' ? [] : [path])), ...savepoints]
}

/** A job that nobody mentions, for trees that name one. */
export function unknownJob(jobId: string): KnownJob {
  return knowJob(jobId, [], livenessOf(jobId, [], { evidence: [], jobIds: [], exclusive: false, allClustersAnswered: false }))
}
