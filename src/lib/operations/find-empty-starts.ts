import type { EmptyStartFacts } from '../findings/facts.js'
import type { RetentionPolicy } from '../state/policy.js'
import { type EmptyStartsInput, emptyStarts } from '../state/started-empty.js'
import { type KnowSnapshotsInput, knowSnapshots } from './know-snapshots.js'

type Spell = (account: string, container: string, name: string) => string

export interface FindEmptyStartsInput extends KnowSnapshotsInput {
  /** What it gives up is nobody's way back. */
  policy: RetentionPolicy
  spell: Spell
}

/** Looks at clusters and storage for jobs that run without the state that an earlier run of their name left. */
export async function findEmptyStarts(input: FindEmptyStartsInput): Promise<EmptyStartFacts[]> {
  const { policy, stateRoots, spell } = input
  return emptyStartFacts({ ...(await knowSnapshots(input)), policy, roots: stateRoots }, spell)
}

/** The same of what was surveyed already. */
export function emptyStartFacts(input: EmptyStartsInput, spell: Spell): EmptyStartFacts[] {
  return emptyStarts(input).map(({ job, begun, wayBack: { directory, jobId, completedAtMs } }) => ({
    jobId: job.jobId,
    name: job.name ?? job.jobId,
    begunAs: begun.jobId,
    startedAtMs: begun.atMs,
    wayBack: spell(directory.account, directory.container, directory.name),
    wayBackJobId: jobId,
    wayBackAtMs: completedAtMs,
  }))
}
