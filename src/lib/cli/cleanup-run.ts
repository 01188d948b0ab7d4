import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.js'
import { EXIT, FlinkopsError } from '../errors.js'
import { putBackKept } from '../operations/execute-put-back.js'
import { executeRun } from '../operations/execute-run.js'
import { type ExecuteResult, NOTHING_DONE } from '../operations/execution.js'
import type { PlannedCleanup } from '../operations/plan-cleanup.js'
import { recheckCleanup } from '../operations/recheck-cleanup.js'
import { containersOf, type RunRecord, recordOf } from '../operations/run-record.js'
import type { Scope } from '../scope.js'
import { Confirmed, type LeftOut } from '../state/confirmed.js'
import { isSnapshotMetadata } from '../state/layout.js'
import { locationKey } from '../state/location.js'
import type { CleanupPlan } from '../state/plan.js'
import { type CleanupOutcome, cleanupJson, planJson } from '../views/cleanup-json.js'
import { cleanupResultText } from '../views/cleanup-result.js'
import { plural } from '../views/format.js'
import { type DeletingProgress, tellDeleting } from './deleting-progress.js'
import { tuneForDeleting } from './engine.js'
import type { Progress } from './progress.js'

/** A plan, and what it was made with. */
export interface Planning {
  planned: PlannedCleanup
  scope: Scope
  context: Context
}

/** A run that was cut off and is to be finished: of a plan only what it lists is meant. */
export interface EarlierRun {
  runId: string
  containers: { account: string; container: string }[]
  /** Its plan, to be put on record here. */
  record: () => Promise<unknown>
  narrow: (planned: PlannedCleanup) => { plan: CleanupPlan; left: LeftOut[] }
}

export interface RunPlanInput {
  /** Asks for everything anew, and plans: once to show it, and once more right before the first delete. */
  plan: (signal: AbortSignal) => Promise<Planning>
  /** `null`: all of the plan is meant. */
  earlier: EarlierRun | null
  show: (planned: PlannedCleanup, scope: Scope) => void
  /** What was typed. */
  madeBy: string
  signal: AbortSignal
  isDryRun: boolean
  isConfirmed: boolean
  isJson: boolean
  /** `null`: there is nobody to ask. */
  ask: () => Promise<boolean | null>
  print: (text: string) => void
  progress: Progress
  maxRate: number | null
}

/** Plans, shows and asks, and carries it out. Sets the exit code; the answer is the JSON. */
export async function runPlan(input: RunPlanInput): Promise<object> {
  const step = await showAndAsk(input)
  const ending = step.state === 'ended' ? step : await carryOut(input, step)
  process.exitCode = ending.exitCode
  input.print(`\n${ending.words}`)
  return cleanupJson({ ...ending, shown: step.shown, spell: step.spell })
}

interface Ending {
  outcome: CleanupOutcome
  runId: string | null
  result: ExecuteResult | null
  exitCode: number
  words: string
}

interface Shown {
  /** The plan as JSON, where that is wanted. */
  shown: object
  spell: Scope['spell']
}

/** A confirmed plan; the plan itself may be millions of blobs, and nobody holds it while the next one is made. */
interface Going extends Shown {
  state: 'going'
  run: Pick<EarlierRun, 'runId' | 'containers'> & { record: () => unknown }
  confirmed: Confirmed
  left: LeftOut[]
  context: Context
}

async function showAndAsk(input: RunPlanInput): Promise<(Ending & Shown & { state: 'ended' }) | Going> {
  const { earlier } = input
  const { planned, scope, context } = await input.plan(input.signal)
  input.progress.done()
  const { plan, left } = earlier?.narrow(planned) ?? { plan: planned.plan, left: [] }
  input.show({ ...planned, plan }, scope)
  if (!input.isDryRun) await putBackWhatStays(input, plan, { planned, scope, context })
  const shown = { shown: input.isJson ? planJson(plan, scope.spell) : {}, spell: scope.spell }
  const ending = await endBeforeDeleting(input, plan)
  if (ending !== null) return { state: 'ended', ...ending, ...shown }
  const run = earlier ?? newRun(recordOf(context.now(), { plan, jobs: planned.jobs }, input.madeBy))
  return { state: 'going', ...shown, run, confirmed: new Confirmed(blobsOf(plan)), left, context }
}

/** A run that was cut off may have taken what this plan keeps; where the plan is refused, that is everything. */
async function putBackWhatStays(
  { signal, print }: RunPlanInput,
  { deletes, guards }: CleanupPlan,
  { scope, context }: Planning,
): Promise<void> {
  const isRefused = guards.some((guard) => guard.status === 'refuse')
  const wanted = new Set(isRefused ? [] : deletes.filter(isMetadata).map(({ blob }) => locationKey(blob)))
  const count = await putBackKept({ places: scope.readers, wanted, storage: await context.storage(), signal })
  if (count > 0) print(`\nPut back: ${plural(count, 'snapshot')} that a run which was cut off had taken, and that stay.`)
}

function isMetadata({ blob }: CleanupPlan['deletes'][number]): boolean {
  return isSnapshotMetadata(blob.name)
}

function newRun(record: RunRecord): Going['run'] {
  return { runId: record.runId, containers: containersOf(record), record: handOver(record) }
}

function* blobsOf({ deletes }: CleanupPlan) {
  for (const { blob } of deletes) yield blob
}

/** Gives it once, and holds it no longer. */
function handOver<T>(value: T): () => T {
  const held = [value]
  return () => {
    const [given] = held.splice(0)
    if (given === undefined) throw new Error('it was handed over before')
    return given
  }
}

async function endBeforeDeleting(input: RunPlanInput, plan: CleanupPlan): Promise<Ending | null> {
  const runId = input.earlier?.runId ?? null
  const end = (outcome: CleanupOutcome, exitCode: number, words: string, result: ExecuteResult | null = null) => ({
    outcome,
    exitCode,
    words,
    result,
    runId,
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

async function carryOut(input: RunPlanInput, going: Going): Promise<Ending> {
  const { run, confirmed, context } = going
  tuneForDeleting()
  const told: DeletingProgress[] = []
  const result = await executeRun({
    ...run,
    recheck: async (signal) => {
      const checked = await recheckCleanup({ plan: () => planAgain(input, signal), confirmed, signal })
      if (checked.state === 'abort') return checked
      const plannedBlobs = checked.waves.reduce((sum, wave) => sum + wave.length, 0)
      told.push(tellDeleting({ progress: input.progress, plannedBlobs, nowMs: context.now }))
      return { ...checked, left: going.left.concat(checked.left) }
    },
    storage: await context.storage(),
    runs: context.runs,
    signal: context.signal,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    now: context.now,
    maxRate: input.maxRate,
    onProgress: (progress) => told[0]?.onProgress(progress),
  })
  told[0]?.done()
  const { runId } = run
  return { runId, result, ...endOf(result, context.signal), words: `Run ${runId}: ${cleanupResultText(result, runId)}` }
}

async function planAgain(input: RunPlanInput, signal: AbortSignal) {
  const { planned, scope, context } = await input.plan(signal)
  input.progress.done()
  return { planned, cluster: scope.cluster, journal: context.journal }
}

/** What a carried-out run comes to; one that Ctrl-C or `--timeout` ended has their exit code. */
function endOf(result: ExecuteResult, signal: AbortSignal): { outcome: 'done' | 'partial'; exitCode: number } {
  const isWhole = result.failed.length === 0 && result.needed.every(({ lostFiles }) => lostFiles === 0)
  if (isWhole && !result.stopped) return { outcome: 'done', exitCode: EXIT.done }
  const isEnded = result.stopped && signal.aborted && signal.reason instanceof FlinkopsError
  return { outcome: 'partial', exitCode: isEnded ? signal.reason.exitCode : EXIT.partly }
}
