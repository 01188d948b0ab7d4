import { locationKey } from './location.js'
import { type Decision, type RetentionInput, retain } from './retention.js'

/** Reasons that only speak against expiry by age; a person who names a snapshot has overruled them. */
const BY_AGE = new Set(['too-young', 'savepoints-left-alone', 'no-age-limit'])

/**
 * Decides over snapshots that a person named (directory keys): they go unless something stronger than age keeps them. Every other
 * snapshot stays.
 */
export function decideNamed(input: RetentionInput, named: ReadonlySet<string>): Decision[] {
  return retain(input).map((decision) => {
    const { snapshot } = decision
    if (!named.has(locationKey(snapshot.directory)))
      return { snapshot, verdict: 'keep', reasons: [{ reason: 'not-asked', detail: 'it was not named' }] }
    const reasons = decision.verdict === 'expire' ? [] : decision.reasons.filter(({ reason }) => !BY_AGE.has(reason))
    return reasons.length > 0
      ? { snapshot, verdict: 'keep', reasons }
      : { snapshot, verdict: 'expire', reasons: [{ reason: 'expired', detail: 'named for deletion' }], keptFor: decision.keptFor ?? null }
  })
}
