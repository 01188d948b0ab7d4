import { findingsOf } from '../findings/examine.js'
import type { Fact, Facts, JobFacts } from '../findings/facts.js'
import type { Finding } from '../findings/finding.js'
import type { RunJournal } from '../ports-runs.js'
import { Chains } from '../state/chains.js'
import { type Outlook, outlookOf } from '../state/outlook.js'
import { type Timeline, timelineOf } from '../usage/timeline.js'
import { type ExamineInput, examine } from './examine.js'
import { findOut } from './examine-cluster.js'
import { emptyStartFacts } from './find-empty-starts.js'
import { listRuns, type RunHistory } from './list-runs.js'
import { type MeasureUsageInput, measureStock, type Usage } from './measure-usage.js'
import { type PlanCleanupInput, type PlannedCleanup, planStock } from './plan-cleanup.js'
import { takeStock } from './take-stock.js'

export interface CompileReportInput extends Omit<MeasureUsageInput, 'job'> {
  /** By what a clean-up would go. */
  cleanup: Pick<
    PlanCleanupInput,
    'roots' | 'stateRoots' | 'policy' | 'graceMs' | 'maxShare' | 'windows' | 'pointers' | 'confirmed' | 'withoutSoftDelete'
  >
  runs: RunJournal
  examine: ExamineInput
  /** Writes a blob name as the user spells it. */
  spell: (account: string, container: string, name: string) => string
}

export type Planned = Pick<PlannedCleanup, 'plan' | 'jobs'>

/** Everything that the page tells. What could not be had is an unknown fact with its reason; storage alone must be readable. */
export interface Report {
  /** By the storage service's clock. */
  atMs: number
  usage: Usage
  timeline: Timeline
  outlook: Outlook[]
  /** Job managers that did not say which jobs run, with why. */
  silent: string[]
  jobs: JobFacts[]
  runs: Fact<RunHistory>
  planned: Fact<Planned>
  findings: Finding[]
}

const LINEAGES = 6
const POINTS = 60
const RUNS = 12

/** Looks at storage once, and tells it from every side: sums, history, restore points, plan. Deletes nothing; remembers the look. */
export async function compileReport(input: CompileReportInput): Promise<Report> {
  const { signal } = input
  const runs = await findOut(signal, () => listRuns({ runs: input.runs, most: RUNS }))
  const stock = await takeStock(input)
  const asked = { ...input, job: null }
  const { usage, looks, survey, jobs } = await measureStock(asked, stock)
  const chains = new Chains({ snapshots: survey.snapshots, jobs, roots: input.cleanup.stateRoots, keys: survey.blobs.keys })
  const planned = await findOut(signal, () => planStock({ ...asked, ...input.cleanup }, stock))
  // Last: what it tries in storage leaves the listing alone.
  const { stateRoots, policy } = input.cleanup
  const known = { snapshots: survey.snapshots, jobs, chains, policy, roots: stateRoots, nowMs: survey.serverTimeMs }
  const facts = await examine({ ...input.examine, emptyStarts: async () => emptyStartFacts(known, input.spell) })
  return {
    atMs: survey.serverTimeMs,
    usage,
    timeline: timelineOf(looks, { lineages: LINEAGES, points: POINTS }),
    outlook: outlookOf(jobs, survey.snapshots, chains),
    silent: stock.gathered.silent.map(({ problem }) => problem),
    jobs: jobsOf(facts),
    runs,
    planned,
    findings: findingsOf(facts),
  }
}

function jobsOf({ clusters }: Facts): JobFacts[] {
  return clusters.flatMap(({ jobs }) => (jobs.state === 'known' ? jobs.value : []))
}
