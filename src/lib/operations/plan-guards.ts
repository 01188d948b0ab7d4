import { ok, refuse } from '../state/guards.js'
import type { Guard } from '../state/plan.js'
import type { Gathered } from './gather-jobs.js'

/** Without every JobManager's word nobody knows which jobs run. */
export function clusterGuard(gathered: Gathered): Guard {
  const [silent] = gathered.silent
  if (silent) return refuse('cluster', `${silent.problem.replace(/\.$/, '')}; without it nobody knows which jobs are running`)
  return ok('cluster', `${gathered.answered.length} of ${gathered.answered.length} JobManagers answered`)
}

/** Clocks may differ by so much. */
const TOLERATED_SKEW_MS = 5 * 60_000

export interface Clocks {
  /** The storage service's, when the survey began. */
  serverTimeMs: number
  /** This machine's minus the service's. */
  clockSkewMs: number
  /** JobManagers' minus this machine's. */
  jobManagers: Gathered['clocks']
}

/**
 * The time that ages count against: the storage service's, unless clocks are more than five minutes apart. Then nobody knows which is right, and
 * the one that makes everything youngest counts.
 */
export function timeOfAges(clocks: Clocks): number {
  return isApart(clocks) ? clocks.serverTimeMs + Math.min(...offsetsOf(clocks).map((one) => one.aheadMs)) : clocks.serverTimeMs
}

/** Ages decide what goes, so it refuses while clocks disagree. */
export function clockGuard(clocks: Clocks): Guard {
  if (!isApart(clocks)) return ok('clock', "ages count against the storage service's clock")
  const words = offsetsOf(clocks)
    .slice(1)
    .filter((one) => Math.abs(one.aheadMs) > TOLERATED_SKEW_MS)
    .map(({ whose, aheadMs }) => `${whose} is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} it`)
  const apart =
    words.length > 0 ? `held against the storage service's clock, ${words.join(', and ')}` : 'clocks are more than 5 minutes apart'
  return refuse('clock', `${apart}; ages would be wrong: set the clocks right, or find out who answers in the service's place`)
}

function isApart(clocks: Clocks): boolean {
  const offsets = offsetsOf(clocks).map((one) => one.aheadMs)
  return Math.max(...offsets) - Math.min(...offsets) > TOLERATED_SKEW_MS
}

/** How far each clock is ahead of the storage service's, which comes first. */
function offsetsOf({ clockSkewMs, jobManagers }: Clocks): { whose: string; aheadMs: number }[] {
  return [
    { whose: "the storage service's", aheadMs: 0 },
    { whose: "this machine's clock", aheadMs: clockSkewMs },
    ...jobManagers.map(({ url, aheadMs }) => ({ whose: `that of ${url}`, aheadMs: aheadMs + clockSkewMs })),
  ]
}
