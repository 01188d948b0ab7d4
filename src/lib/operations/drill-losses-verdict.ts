import type { DrillVerdict } from '../ports-drill.js'
import { compareOperators } from '../state/drill-losses.js'
import type { Metadata } from '../state/types.js'

type Graph = Pick<Metadata, 'operators' | 'stateful'>

export interface LossesInput {
  snapshot: Graph
  /** `null`: its own checkpoint was gone before it could be read. */
  drill: Graph | null
  /** What Flink said when no state was to be left out; `null` when it took all of it. */
  refusal: string | null
}

export interface JudgedLosses {
  verdict?: DrillVerdict
  reason?: string
  leftOut?: string[]
  startedEmpty?: string[]
}

/** What the operators of the snapshot and of the drill say beside what was seen. Nothing is added where Flink took all state. */
export function judgeLosses({ snapshot, drill, refusal }: LossesInput): JudgedLosses {
  if (drill === null)
    return refusal === null ? {} : { verdict: 'not-drillable', reason: `${refusal}; whose state that is could not be seen` }
  const { lost, isAllOfSinks, fresh } = compareOperators(snapshot, drill)
  if (refusal === null) return { startedEmpty: fresh }
  if (fresh.length > 0)
    return {
      verdict: 'not-drillable',
      reason: `with the sinks replaced, Flink does not find the state of ${fresh.join(', ')}; whether it would with the sinks themselves cannot be told`,
    }
  if (isAllOfSinks) return { leftOut: lost }
  return {
    verdict: 'not-restorable',
    reason: `${refusal}. The snapshot has state of ${lost.join(', ')}, for which this script has no operator`,
  }
}
