import type { Journal } from '../ports.js'
import { isFixedJobId, type JobEvidence } from '../state/evidence.js'
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
  const own = seen(ofTheseClusters(await journal.sightings(), urls))
  return [...[...names, ...restores].filter((one) => !isFixedJobId(one.jobId)), ...own]
}

function ofTheseClusters(sightings: Sighting[], urls: readonly string[]): Sighting[] {
  return sightings.filter((one) => !isFixedJobId(one.jobId) || urls.includes(one.where))
}

/** One word for each job and cluster: how the last look saw it, every restore, every savepoint, and every start that was empty. */
function seen(sightings: Sighting[]): JobEvidence[] {
  const words = new Map<string, JobEvidence>()
  for (const { jobId, where, name, state, startedAtMs, isHaOff, restored, savepoint, isEmpty, isMeant } of sightings) {
    const key = `${jobId} ${where}`
    const before = words.get(key)
    const restores = restored === null ? [] : [{ ...restored, executionStartedAtMs: startedAtMs }]
    words.set(key, {
      jobId,
      source: 'journal',
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
