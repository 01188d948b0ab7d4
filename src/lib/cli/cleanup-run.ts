import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.js'
import { EXIT, FlinkopsError } from '../errors.js'
import { executeRun } from '../operations/execute-run.js'
import { type ExecuteResult, NOTHING_DONE } from '../operations/execution.js'
import type { PlannedCleanup } from '../operations/plan-cleanup.js'
import { recheckCleanup } from '../operations/recheck-cleanup.js'
import { containersOf, type RunRecord, recordOf } from '../operations/run-record.js'
import type { Scope } from '../scope.js'
import type { Windows } from '../state/windows.js'
import { type CleanupOutcome, cleanupJson } from '../views/cleanup-json.js'
import { cleanupResultText } from '../views/cleanup-result.js'
import { tellDeleting } from './deleting-progress.js'
import { tuneForDeleting } from './engine.js'
import type { Progress } from './progress.js'

export interface RunPlanInput {
  planned: PlannedCleanup
  scope: Scope
  context: Context
  windows: () => Promise<Windows>
  isDryRun: boolean
  isConfirmed: boolean
  /** `null`: there is nobody to ask. */
  ask: () => Promise<boolean | null>
  print: (text: string) => void
  progress: Progress
  maxRate: number | null
}

/** From a shown plan to its end: refused, declined, or carried out. Sets the exit code; the answer is the JSON. */
export async function runPlan(input: RunPlanInput): Promise<object> {
  const ending = (await endBeforeDeleting(input)) ?? (await endAfterDeleting(input))
  process.exitCode = ending.exitCode
  input.print(`\n${ending.words}`)
  const { outcome, runId, result } = ending
  return cleanupJson({ runId, outcome, plan: input.planned.plan, result, spell: input.scope.spell })
}

interface Ending {
  outcome: CleanupOutcome
  runId: string | null
  result: ExecuteResult | null
  exitCode: number
  words: string
}

async function endBeforeDeleting(input: RunPlanInput): Promise<Ending | null> {
  const { plan } = input.planned
  const end = (outcome: CleanupOutcome, exitCode: number, words: string, result: ExecuteResult | null = null) => ({
    outcome,
    exitCode,
    words,
    result,
    runId: null,
  })
  const refusals = plan.guards.filter((guard) => guard.status === 'refuse').map((guard) => guard.name)
  if (refusals.length > 0) return end('refused', EXIT.refused, `Refused: ${refusals.join(', ')}. Nothing was deleted.`)
  if (plan.deletes.length === 0)
    return input.isDryRun ? end('planned', EXIT.done, 'Nothing to delete.') : end('done', EXIT.done, 'Nothing to delete.', NOTHING_DONE)
  if (input.isDryRun) return end('planned', EXIT.done, 'Dry run: nothing was deleted.')
  if (input.isConfirmed) return null
  const answer = await input.ask()
  if (answer === null) return end('planned', EXIT.refused, 'Nothing was deleted: there is nobody to ask. Confirm with --yes.')
  return answer ? null : end('declined', EXIT.refused, 'Nothing was deleted.')
}

async function endAfterDeleting(input: RunPlanInput): Promise<Ending> {
  const runId = newRunId(input.context.now())
  const result = await carryOut(input, runId)
  return { runId, result, ...endOf(result, input.context.signal), words: `Run ${runId}: ${cleanupResultText(result, runId)}` }
}

/** What a carried-out run comes to; one that Ctrl-C or `--timeout` ended has their exit code. */
export function endOf(result: ExecuteResult, signal: AbortSignal): { outcome: 'done' | 'partial'; exitCode: number } {
  if (result.failed.length === 0 && !result.stopped) return { outcome: 'done', exitCode: EXIT.done }
  const isEnded = result.stopped && signal.aborted && signal.reason instanceof FlinkopsError
  return { outcome: 'partial', exitCode: isEnded ? signal.reason.exitCode : EXIT.partly }
}

function newRunId(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[:-]/g, '')}-${randomBytes(3).toString('hex')}`
}

async function carryOut(input: RunPlanInput, runId: string): Promise<ExecuteResult> {
  const { planned, scope, context, windows, progress, maxRate } = input
  const record = recordOf(runId, context.now(), planned)
  return carryOutRecord({ record, settled: new Set(), scope, context, windows, progress, maxRate })
}

/** Carries out a journalled plan, from its start or from where an earlier attempt ended. */
export async function carryOutRecord(input: {
  record: RunRecord
  settled: ReadonlySet<string>
  scope: Scope
  context: Context
  windows: () => Promise<Windows>
  progress: Progress
  maxRate: number | null
}): Promise<ExecuteResult> {
  const { record, settled, scope, context, windows, maxRate } = input
  const { readers, cluster } = scope
  tuneForDeleting()
  const told = tellDeleting({ progress: input.progress, plannedBlobs: record.waves.flat().length - settled.size, nowMs: context.now })
  const result = await executeRun({
    record,
    settled,
    containers: containersOf(record),
    recheck: (signal) => recheckCleanup({ readers, cluster, journal: context.journal, record, windows, now: context.now, signal }),
    storage: await context.storage(),
    runs: context.runs,
    signal: context.signal,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    maxRate,
    onProgress: told.onProgress,
  })
  told.done()
  return result
}
