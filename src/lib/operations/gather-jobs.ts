import { EXIT, FlinkopsError } from '../errors.js'
import type { ArchivedJob, JobManager, Journal } from '../ports.js'
import type { SeenRecord } from '../ports-seen.js'
import type { JobEvidence, NamedSnapshot } from '../state/evidence.js'
import { askCluster, type ClusterWord, retains, seenRestore, toldTime } from './ask-cluster.js'
import { leftByArchive } from './left-checkpoint.js'
import { journalEvidence, recordEvidence, sightingsOf } from './remembered-jobs.js'

export interface Gathered {
  evidence: JobEvidence[]
  /** Listed JobManagers that answered, and those that did not with why. */
  answered: string[]
  silent: { url: string; problem: string }[]
  /** How far the clocks of JobManagers that tell a time are ahead of this machine's. */
  clocks: { url: string; aheadMs: number }[]
  /** A part of the record in the containers could not be read: then silence proves nothing. */
  isRecordTorn?: true
}

export interface GatherInput {
  jobManagers: JobManager[]
  journal: Journal
  /** Reads the history directory's archives; `null` when none is configured. */
  history: { where: string; jobs: () => Promise<ArchivedJob[]> } | null
  /** This machine's clock, which those of JobManagers are held against; absent = they are not. */
  now?: () => number
  /** What looks of any machine wrote into the containers; absent or `null` = nobody asks. */
  record?: SeenRecord | null
  signal: AbortSignal
}

/**
 * Collects what clusters, the history directory and our own journal say about jobs. What clusters show is remembered: their statistics forget
 * the first restore at a failover, and a job that was seen running is not ended by silence alone.
 */
export async function gatherJobs(input: GatherInput): Promise<Gathered> {
  const gathered: Gathered = { evidence: [], answered: [], silent: [], clocks: [] }
  for (const jobManager of input.jobManagers) {
    try {
      await take(gathered, jobManager.url, await askCluster(jobManager, input.now, input.signal), input.journal)
    } catch (error) {
      if (!(error instanceof FlinkopsError) || error.exitCode === EXIT.interrupted) throw error
      gathered.silent.push({ url: jobManager.url, problem: error.message })
    }
  }
  if (input.history !== null) {
    const { where } = input.history
    gathered.evidence.push(...(await input.history.jobs()).map((job) => archivedEvidence(job, where)))
  }
  const urls = input.jobManagers.map((one) => one.url)
  gathered.evidence.push(...(await journalEvidence(input.journal, urls)))
  if (input.record) await consult(gathered, input.record, urls, input)
  return gathered
}

/** The record gets what this machine saw of these clusters, where it may be written, and tells what others saw. */
async function consult(gathered: Gathered, record: SeenRecord, urls: string[], { journal, signal }: GatherInput): Promise<void> {
  await record.record(
    (await journal.sightings()).filter((one) => urls.includes(one.where)),
    signal,
  )
  const { sightings, isWhole } = await record.recorded(signal)
  gathered.evidence.push(...recordEvidence(sightings, urls))
  if (!isWhole) gathered.isRecordTorn = true
}

async function take(gathered: Gathered, url: string, { evidence, isHaOff, aheadMs }: ClusterWord, journal: Journal): Promise<void> {
  gathered.evidence.push(...evidence)
  gathered.answered.push(url)
  if (aheadMs !== null) gathered.clocks.push({ url, aheadMs })
  for (const one of evidence) if (one.name) await journal.rememberName(one.jobId, one.name)
  for (const { jobId, restoredFrom } of evidence) {
    // An in-job failover restores a checkpoint of the job's own, which tells nothing of its ancestors.
    if (restoredFrom && !restoredFrom.includes(`/${jobId}/`)) await journal.rememberRestore(jobId, restoredFrom)
  }
  await journal.rememberSightings(sightingsOf(evidence, isHaOff))
}

function archivedEvidence(job: ArchivedJob, where: string): JobEvidence {
  const savepoints = job.lastSavepointPath ? [job.lastSavepointPath] : []
  const startedAtMs = toldTime(job.startedAtMs)
  return {
    jobId: job.jobId,
    source: 'history',
    where,
    name: job.name,
    state: job.state,
    startedAtMs,
    endedAtMs: job.endedAtMs,
    neverRan: job.tasksTotal === 0,
    restoredFrom: job.restoredFrom,
    restores: seenRestore({ externalPath: job.restoredFrom, id: job.restoredId ?? -1 }, startedAtMs),
    named: savepoints.map((path): NamedSnapshot => ({ path, as: 'savepoint' })),
    savepoints,
    checkpointTimeoutMs: job.checkpointTimeoutMs,
    changelog: job.changelogEnabled,
    retainsCheckpoints: retains(job.externalized),
    left: leftByArchive(job),
  }
}
