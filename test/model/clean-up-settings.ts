import type { PlanCleanupInput } from '../../src/lib/operations/plan-cleanup.js'
import type { SimJournal } from './ports.js'
import type { SimRunFiles } from './storage.js'

/** Planted in the driver; the other faults are patches of the source. */
export type DriverFault = 'grace-0' | 'no-if-match' | 'no-recheck' | 'marks-under-roots'

export interface CleanUpSettings {
  containers: string[]
  /** Of the context. */
  roots: string[]
  /** `--root`; `null`: all roots. */
  onlyRoots: string[] | null
  /** Ids of the clusters that the context lists. */
  asks: string[]
  exclusive: boolean
  policy: Omit<PlanCleanupInput['policy'], 'pins' | 'dead'>
  /** `<_metadata path>#<ETag>` of `--dead`. */
  dead: ReadonlySet<string>
  /** Directories that are pinned, or named by an open maintenance window, each with why. */
  held: ReadonlyMap<string, string>
  /** Whether `held` comes from pins; else from a window. */
  holdsByPins: boolean
  /** `--job`. */
  job: string | null
  /** Directories that `delete` was given; `null`: a clean-up by age. */
  named: string[] | null
  graceMs: number
  maxShare: number
  pageSize: number
  /** Share of requests during which the world goes on. */
  pace: number
  /** Share of deletes that meet a busy service. */
  busyShare: number
  /** Chance, after each request of the execution, that somebody presses Ctrl-C. */
  killShare: number
  /** The request, counted from the start of the execution, at which the process is killed; `null`: none. */
  killAt: number | null
  /** How far this machine's clock is ahead of the service's. */
  clockAheadMs: number
  /** Another machine's clean-up, from start to end, while this one waits for its answer. */
  rival: { machine: Machine; settings: CleanUpSettings } | null
  fault: DriverFault | null
  /** The truth is whispered to the tool as pins, to see what else breaks. */
  withOracle: boolean
}

/** A machine from which clean-ups run: what it remembers. */
export interface Machine {
  journal: SimJournal
  runs: SimRunFiles
}
