import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { groupLineages } from '../../../src/lib/state/lineage.js'
import { type Decision, type RetentionInput, type RetentionPolicy, retain } from '../../../src/lib/state/retention.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import { DAY, jobId, jobsOf, NOW, policy } from '../../support/builders.js'

export const A = jobId(0xa)
export const B = jobId(0xb)
export const C = jobId(0xc)
export const OLD = { completedAtMs: NOW - 5 * DAY }
/** Everything older than a day may go. */
export const ALL = policy({ checkpointsMs: DAY, savepointsMs: DAY })

export function decide(
  snapshots: Snapshot[],
  jobs: KnownJob[],
  rules: RetentionPolicy = ALL,
  parts: Partial<RetentionInput> = {},
): Decision[] {
  const known = jobsOf(...jobs)
  return retain({
    snapshots,
    jobs: known,
    lineages: groupLineages(known, snapshots),
    inUse: new Map(),
    policy: rules,
    nowMs: NOW,
    ...parts,
  })
}

/** What becomes of the first snapshot: its reasons when it is kept. */
export function fate(snapshots: Snapshot[], jobs: KnownJob[], rules?: RetentionPolicy, parts?: Partial<RetentionInput>): string[] {
  const [first] = decide(snapshots, jobs, rules, parts)
  return first?.reasons.map((one) => one.reason) ?? []
}
