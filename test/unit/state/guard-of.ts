import { planGuards } from '../../../src/lib/state/guards.js'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import type { Guard, PlanInput, PlannedDelete } from '../../../src/lib/state/plan.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import type { Survey } from '../../../src/lib/state/survey.js'
import { at, jobsOf, surveyOf } from '../../support/builders.js'

export interface Given {
  snapshots?: Snapshot[]
  jobs?: KnownJob[]
  survey?: Partial<Survey>
  input?: Partial<PlanInput>
  swept?: PlannedDelete[]
}

/** What the guard of that name answers. */
export function guardOf(name: string, { snapshots = [], jobs = [], survey = {}, input = {}, swept = [] }: Given): Guard {
  const given = { decisions: [], roots: [at('checkpoints')], graceMs: 0, maxShare: 0.3, guards: [] }
  const guards = planGuards({ ...given, survey: surveyOf([], { snapshots, ...survey }), jobs: jobsOf(...jobs), ...input }, swept)
  const found = guards.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no guard ${name}`)
  return found
}
