import type { KnownJob } from '../../../src/lib/state/jobs.js'
import type { RetentionPolicy } from '../../../src/lib/state/policy.js'
import { type Decision, type RetentionInput, retain } from '../../../src/lib/state/retention.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import { chainsOf, DAY, jobId, jobsOf, NOW, policy } from '../../support/builders.js'

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
    chains: chainsOf(known, snapshots),
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
