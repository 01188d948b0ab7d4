import type { Chains } from './chains.js'
import type { KnownJob } from './jobs.js'
import type { Snapshot } from './snapshot.js'

/** What a job that has not ended could be brought back from. */
export interface Outlook {
  jobId: string
  name: string | null
  /** Flink's state word. */
  state: string | null
  /** The one of its chain from which nothing leads on: readable, every file there, none too short. */
  newest: Snapshot | null
  /** How many are whole. */
  restorable: number
}

/** For each job that has not ended, by name: what it wrote itself, and what it went on from. */
export function outlookOf(jobs: Map<string, KnownJob>, snapshots: Snapshot[], chains: Chains): Outlook[] {
  const whole = snapshots.filter((one) => chains.isWhole(one))
  return [...jobs.values()]
    .filter((job) => job.liveness === 'running')
    .map(({ jobId, name, state }) => {
      const runs = new Set(chains.runs.filter((run) => run.jobId === jobId).flatMap((run) => [run, ...chains.origins(run)]))
      const own = whole.filter((one) => runs.has(chains.runOf(one)))
      const newest = own.find((one) => !own.some((other) => chains.isBehind(other, one))) ?? null
      return { jobId, name, state, newest, restorable: own.length }
    })
    .toSorted((a, b) => ((a.name ?? a.jobId) < (b.name ?? b.jobId) ? -1 : 1))
}
