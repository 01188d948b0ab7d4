import type { Journal } from '../ports.js'
import { hasEnded, isFixedJobId, type JobEvidence } from '../state/evidence.js'
import type { Sighting } from '../state/sighting.js'

/** What of a cluster's word must outlive the cluster. */
export function sightingsOf(evidence: JobEvidence[], isHaOff: boolean | null): Sighting[] {
  return evidence.flatMap(({ jobId, where, name = null, state, startedAtMs = null, restores = [], savepoints = [], emptyStarts = [] }) => {
    const [restored = null] = restores
    const [savepoint = null] = savepoints
    const isEmpty = emptyStarts.length > 0 && { isEmpty: true as const }
    if (typeof state !== 'string') return []
    return [{ jobId, where, name: name === '' ? null : name, state, startedAtMs, isHaOff, restored, savepoint, ...isEmpty }]
  })
}

/**
 * The journal's word. Names and restores that stand there by job id alone are none about a fixed id (application mode), which other clusters
 * may have, too: of such a job only what was seen at one of these JobManagers counts. A restore is seen only where a look wrote it down.
 */
export async function journalEvidence(journal: Journal, urls: readonly string[]): Promise<JobEvidence[]> {
  const word = { source: 'journal' as const, where: 'the journal' }
  const names = [...(await journal.names())].map(([jobId, name]): JobEvidence => ({ ...word, jobId, name }))
  const restores = [...(await journal.restores())].map(([jobId, path]): JobEvidence => ({ ...word, jobId, restoredFrom: path }))
  const own = seen(ofTheseClusters(await journal.sightings(), urls), 'journal')
  return [...[...names, ...restores].filter((one) => !isFixedJobId(one.jobId)), ...own]
}

/**
 * The word of the record that lies in the containers. An end that stands there takes back what stands there itself, and nothing that this
 * machine saw: it only takes away what the record adds.
 */
export function recordEvidence(sightings: Sighting[], urls: readonly string[]): JobEvidence[] {
  const counted = ofTheseClusters(sightings, urls)
  const ends = counted.filter((one) => hasEnded(one.state))
  return seen(counted, 'record').map((one) => {
    const { sighting } = one
    if (sighting === undefined || isFixedJobId(one.jobId)) return one
    // A random id began once, at whichever URL its cluster was asked.
    const isIt = (end: Sighting) => end.jobId === one.jobId && [null, end.startedAtMs].includes(sighting.startedAtMs)
    return { ...one, sighting: { ...sighting, state: ends.find(isIt)?.state ?? sighting.state } }
  })
}

function ofTheseClusters(sightings: Sighting[], urls: readonly string[]): Sighting[] {
  return sightings.filter((one) => !isFixedJobId(one.jobId) || urls.includes(one.where))
}

/** One word for each job and cluster: how the last look saw it, every restore, every savepoint, and every start that was empty. */
function seen(sightings: Sighting[], source: 'journal' | 'record'): JobEvidence[] {
  const words = new Map<string, JobEvidence>()
  for (const { jobId, where, name, state, startedAtMs, isHaOff, restored, savepoint, isEmpty, isMeant, isNamed } of sightings) {
    const key = `${jobId} ${where}`
    const before = words.get(key)
    const restores = restored === null ? [] : [{ ...restored, executionStartedAtMs: startedAtMs, ...(isNamed && { isNamed }) }]
    words.set(key, {
      jobId,
      source,
      where,
      name: name ?? before?.name ?? null,
      restores: [...(before?.restores ?? []), ...restores],
      savepoints: [...(before?.savepoints ?? []), ...(savepoint === null ? [] : [savepoint])],
      emptyStarts: [...(before?.emptyStarts ?? []), ...(isEmpty ? [startedAtMs] : [])],
      meantStarts: [...(before?.meantStarts ?? []), ...(isMeant ? [startedAtMs] : [])],
      sighting: { state, startedAtMs, isHaOff },
    })
  }
  return [...words.values()]
}
