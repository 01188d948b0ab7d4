import type { JobManager, Journal } from '../ports.js'
import type { SeenRecord } from '../ports-seen.js'
import type { Sighting } from '../state/sighting.js'
import { askCluster } from './ask-cluster.js'
import { sightingsOf } from './remembered-jobs.js'

export interface RememberPorts {
  jobManager: JobManager
  journal: Journal
  /** The record in the containers; absent or `null` = there is none. */
  record?: () => Promise<SeenRecord | null>
  signal: AbortSignal
}

/**
 * Writes down what the cluster says of a job that was just proven to be restored: a restore that was seen outlives the cluster, one that was only
 * asked for links nothing. `isNamed`: a person named the job that is to go on from there. The job is up, so nothing that goes wrong here fails it.
 */
export async function rememberProven(jobId: string, ports: RememberPorts, isNamed = false): Promise<void> {
  try {
    const seen = await seenNow(jobId, ports)
    await remember(
      seen.map((one) => (isNamed ? { ...one, isNamed } : one)),
      ports,
    )
  } catch {
    // The next look at this cluster sees it, too.
  }
}

/** Writes down that a job was to begin without state. Answers why it does not stand in the containers, one sentence each. */
export async function rememberMeant(jobId: string, ports: RememberPorts): Promise<string[]> {
  const [seen] = await seenNow(jobId, ports)
  const notYet = { jobId, where: ports.jobManager.url, name: null, state: 'INITIALIZING', startedAtMs: null, isHaOff: null }
  return remember([{ ...(seen ?? { ...notYet, restored: null, savepoint: null }), isMeant: true }], ports)
}

async function seenNow(jobId: string, { jobManager, signal }: RememberPorts): Promise<Sighting[]> {
  const { evidence, isHaOff } = await askCluster(jobManager, undefined, signal)
  return sightingsOf(
    evidence.filter((one) => one.jobId === jobId),
    isHaOff,
  )
}

async function remember(seen: Sighting[], { journal, record, signal }: RememberPorts): Promise<string[]> {
  await journal.rememberSightings(seen)
  return (await (await record?.())?.record(seen, signal)) ?? []
}
