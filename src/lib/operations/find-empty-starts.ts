import type { EmptyStartFacts } from '../findings/facts.js'
import type { SeenRecord } from '../ports-seen.js'
import type { KnownJob } from '../state/jobs.js'
import type { RetentionPolicy } from '../state/policy.js'
import { type EmptyStartsInput, emptyStarts } from '../state/started-empty.js'
import { type KnowSnapshotsInput, knowSnapshots } from './know-snapshots.js'

type Spell = (account: string, container: string, name: string) => string

interface Words {
  /** Starts that were meant, in the containers. */
  record: SeenRecord
  spell: Spell
  signal: AbortSignal
}

export interface FindEmptyStartsInput extends KnowSnapshotsInput, Words {
  /** What it gives up is nobody's way back. */
  policy: RetentionPolicy
}

/** Looks at clusters and storage for jobs that run without the state that an earlier run of their name left. */
export async function findEmptyStarts(input: FindEmptyStartsInput): Promise<EmptyStartFacts[]> {
  const { policy, stateRoots } = input
  return emptyStartFacts({ ...(await knowSnapshots(input)), policy, roots: stateRoots }, input)
}

/** The same of what was surveyed already. */
export async function emptyStartFacts(input: EmptyStartsInput, { record, spell, signal }: Words): Promise<EmptyStartFacts[]> {
  const jobs = await withMeant(input.jobs, record, signal)
  return emptyStarts({ ...input, jobs }).map(({ job, begun, wayBack: { directory, jobId, completedAtMs } }) => ({
    jobId: job.jobId,
    name: job.name ?? job.jobId,
    begunAs: begun.jobId,
    startedAtMs: begun.atMs,
    wayBack: spell(directory.account, directory.container, directory.name),
    wayBackJobId: jobId,
    wayBackAtMs: completedAtMs,
  }))
}

/** Only of jobs that are known, and only that their start was meant: whoever may write to the container may say so, and no plan hears of it. */
async function withMeant(jobs: EmptyStartsInput['jobs'], record: SeenRecord, signal: AbortSignal): Promise<Map<string, KnownJob>> {
  const known = new Map(jobs)
  for (const { jobId, startedAtMs, isMeant } of (await record.recorded(signal)).sightings) {
    const job = known.get(jobId)
    if (job !== undefined && isMeant) known.set(jobId, { ...job, meantStarts: [...job.meantStarts, startedAtMs] })
  }
  return known
}
