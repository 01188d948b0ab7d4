import type { KnownJob } from './jobs.js'
import type { Lineages } from './lineage.js'
import { byAge, type Snapshot } from './snapshot.js'

/** What a job that has not ended could be brought back from. */
export interface Outlook {
  jobId: string
  name: string | null
  /** Flink's state word. */
  state: string | null
  /** The newest one of its lineage that is whole: readable, every file there, none too short. */
  newest: Snapshot | null
  /** How many are whole. */
  restorable: number
}

const NOWHERE = { account: '', container: '', name: '' }

/** For each job that has not ended, by name. */
export function outlookOf(jobs: Map<string, KnownJob>, snapshots: Snapshot[], lineages: Lineages): Outlook[] {
  const whole = snapshots.filter((one) => one.completeness === 'complete').toSorted(byAge)
  return [...jobs.values()]
    .filter((job) => job.liveness === 'running')
    .map(({ jobId, name, state }) => {
      const key = lineages.of({ jobId, directory: NOWHERE })
      const own = whole.filter((one) => one.jobId !== null && lineages.of(one) === key)
      return { jobId, name, state, newest: own[0] ?? null, restorable: own.length }
    })
    .toSorted((a, b) => ((a.name ?? a.jobId) < (b.name ?? b.jobId) ? -1 : 1))
}
