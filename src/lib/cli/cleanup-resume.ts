import type { Context } from '../context.js'
import { loadRun } from '../operations/load-run.js'
import type { Scope } from '../scope.js'
import { locationKey } from '../state/location.js'
import type { Windows } from '../state/windows.js'
import { resumedJson } from '../views/cleanup-json.js'
import { cleanupResultText } from '../views/cleanup-result.js'
import { plural } from '../views/format.js'
import { carryOutRecord, endOf } from './cleanup-run.js'
import type { Progress } from './progress.js'

/** Finishes exactly the remainder of a run's plan, after a fresh re-check. It was confirmed when it was made. */
export async function resumeRun(input: {
  runId: string
  isDryRun: boolean
  scope: Scope
  context: Context
  windows: () => Promise<Windows>
  progress: Progress
  maxRate: number | null
  print: (text: string) => void
}): Promise<object> {
  const { runId, scope, context, windows, progress, maxRate } = input
  const recorder = await context.storage()
  const { record, deleted } = await loadRun({ runId, runs: context.runs, recorder, containers: scope.readers, signal: context.signal })
  const remainder = record.waves.flat().filter((one) => !deleted.has(locationKey(one)))
  input.print(`Run ${runId} of ${record.createdAt}: ${plural(deleted.size, 'blob')} done, ${plural(remainder.length, 'blob')} to go.`)
  if (input.isDryRun) {
    input.print('Dry run: nothing was deleted.')
    return resumedJson({ runId, outcome: 'planned', result: null, spell: scope.spell })
  }
  const result = await carryOutRecord({ record, settled: deleted, scope, context, windows, progress, maxRate })
  const { outcome, exitCode } = endOf(result, context.signal)
  process.exitCode = exitCode
  input.print(cleanupResultText(result, runId))
  return resumedJson({ runId, outcome, result, spell: scope.spell })
}
