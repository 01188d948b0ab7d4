import type { Holds } from '../../../src/lib/state/holds.js'
import { snapshotsInUse } from '../../../src/lib/state/in-use.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { type CleanupPlan, type PlanInput, planDeletions } from '../../../src/lib/state/plan.js'
import { retain } from '../../../src/lib/state/retention.js'
import type { Survey } from '../../../src/lib/state/survey.js'
import {
  at,
  chainsOf,
  checkpointDirectory,
  DAY,
  type FakeBlob,
  HOUR,
  jobId,
  jobsOf,
  listedBlob,
  metadata,
  NOW,
  policy,
  surveyOf,
  uuid,
} from '../../support/builders.js'

export const A = jobId(0xa)
export const B = jobId(0xb)
export const C = jobId(0xc)
const GRACE = 72 * HOUR
export const OLD = { lastModifiedMs: NOW - 20 * DAY }
export const TREE = `checkpoints/${A}`

export interface Given {
  jobs: KnownJob[]
  rules?: Parameters<typeof policy>[0]
  only?: ReadonlySet<string>
  holds?: Holds
  input?: Partial<PlanInput>
}

/** The plan for a survey, decided by these rules with these jobs. */
export function planOf(
  survey: Survey,
  { jobs, rules = { checkpointsMs: DAY, savepointsMs: DAY }, only, holds, input = {} }: Given,
): CleanupPlan {
  const known = jobsOf(...jobs)
  const { snapshots } = survey
  const chains = chainsOf(known, snapshots)
  const inUse = snapshotsInUse(known, snapshots)
  const decisions = retain({
    snapshots,
    jobs: known,
    chains,
    inUse,
    policy: policy(rules),
    nowMs: NOW,
    only: only ?? null,
    ...(holds && { holds }),
  })
  const roots = [at('checkpoints'), at('savepoints')]
  return planDeletions({
    survey,
    jobs: known,
    decisions,
    roots,
    graceMs: GRACE,
    maxShare: 1,
    guards: [],
    only: only ?? null,
    holds,
    ...input,
  })
}

export const plan = (blobs: FakeBlob[], given: Given) => planOf(surveyOf(blobs), given)
export const deleted = (made: CleanupPlan) => made.deletes.map((one) => one.blob.name)
export const heldBy = (made: CleanupPlan) => made.held.map(({ reason, blobs }) => `${blobs} ${reason}`)

export const chk = (id: number, ...uses: Parameters<typeof metadata>[1]) => metadata(checkpointDirectory(A, id), uses, OLD)
export const own = (id: number, number = id) => `${checkpointDirectory(A, id)}/${uuid(number)}`
export const shared = (number: number) => `${TREE}/shared/${uuid(number)}`
export const file = (name: string, parts: Partial<FakeBlob> = OLD) => listedBlob(name, parts)
