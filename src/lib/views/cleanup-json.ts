import type { ExecuteResult } from '../operations/execution.js'
import type { CleanupPlan } from '../state/plan.js'
import { isoTime } from './format.js'

export type CleanupOutcome = 'planned' | 'declined' | 'refused' | 'done' | 'partial'

export interface CleanupJsonInput {
  runId: string | null
  outcome: CleanupOutcome
  /** Of `planJson`; the plan itself may be let go before it is carried out. */
  shown: object
  result: ExecuteResult | null
  /** Writes a blob as the user spells it. */
  spell: (account: string, container: string, name: string) => string
}

/** The JSON of `cleanup`: what it came to, and its plan as `planJson` shows it. */
export function cleanupJson(input: CleanupJsonInput): object {
  const { runId, outcome, shown, result, spell } = input
  return { runId, outcome, ...shown, result: result === null ? null : shownResult(result, spell) }
}

/** What the JSON says of a plan. */
export function planJson(plan: CleanupPlan, spell: CleanupJsonInput['spell']): object {
  return {
    scanned: plan.scanned,
    delete: plan.deletes.map(({ blob, reason }) => ({
      path: spell(blob.account, blob.container, blob.name),
      sizeBytes: blob.sizeBytes,
      lastModified: isoTime(blob.lastModifiedMs),
      etag: blob.etag,
      reason,
    })),
    keep: plan.decisions
      .filter((one) => one.verdict === 'keep')
      .map(({ snapshot: { directory }, reasons }) => ({
        path: spell(directory.account, directory.container, directory.name),
        reason: reasons[0]?.reason ?? 'protected',
        detail: reasons.map((one) => one.detail).join('; '),
      })),
    held: plan.held.map(({ prefix, ...rest }) => ({ prefix: spellKey(prefix, spell), ...rest })),
    guards: plan.guards,
    totals: plan.totals,
  }
}

function shownResult({ stopped: _, failed, needed, ...rest }: ExecuteResult, spell: CleanupJsonInput['spell']): object {
  return {
    ...rest,
    needed: needed.map((one) => ({ ...one, path: spellKey(one.path, spell) })),
    failed: failed.map(({ path, code }) => ({ path: spellKey(path, spell), code })),
  }
}

/** A key is `account/container/name`; neither of the first two can hold a slash. */
function spellKey(key: string, spell: CleanupJsonInput['spell']): string {
  const [account = '', container = '', ...name] = key.split('/')
  return spell(account, container, name.join('/'))
}
