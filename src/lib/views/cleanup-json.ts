import type { ExecuteResult } from '../operations/execution.js'
import type { CleanupPlan } from '../state/plan.js'
import { isoTime } from './format.js'

export type CleanupOutcome = 'planned' | 'declined' | 'refused' | 'done' | 'partial'

export interface CleanupJsonInput {
  runId: string | null
  outcome: CleanupOutcome
  plan: CleanupPlan
  result: ExecuteResult | null
  /** Writes a blob as the user spells it. */
  spell: (account: string, container: string, name: string) => string
}

/** The JSON of `cleanup`. */
export function cleanupJson(input: CleanupJsonInput): object {
  const { plan, spell, result } = input
  return {
    runId: input.runId,
    outcome: input.outcome,
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
    result: result === null ? null : shownResult(result, spell),
  }
}

function shownResult({ stopped: _, failed, ...rest }: ExecuteResult, spell: CleanupJsonInput['spell']): object {
  return {
    ...rest,
    failed: failed.map(({ path, code }) => ({ path: spellKey(path, spell), code })),
  }
}

/** A key is `account/container/name`; neither of the first two can hold a slash. */
function spellKey(key: string, spell: CleanupJsonInput['spell']): string {
  const [account = '', container = '', ...name] = key.split('/')
  return spell(account, container, name.join('/'))
}

/** The JSON of `cleanup --resume`: what this attempt did; the plan was shown when the run was made. */
export function resumedJson(input: Pick<CleanupJsonInput, 'runId' | 'outcome' | 'spell'> & { result: ExecuteResult | null }): object {
  const { runId, outcome, result, spell } = input
  return { runId, outcome, result: result === null ? null : shownResult(result, spell) }
}
