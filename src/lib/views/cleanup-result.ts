import type { ExecuteResult } from '../operations/execution.js'
import { bytes, paragraph, plural } from './format.js'

/** What a clean-up did, for a person; failures grouped by their code. */
export function cleanupResultText(result: ExecuteResult, runId: string): string {
  const { alreadyGone, changed, spared, failed, uncertain } = result
  const lines = [...neededLines(result.needed), `Deleted ${plural(result.deletedBlobs, 'blob')}, ${bytes(result.deletedBytes)}.`]
  if (alreadyGone > 0) lines.push(`Gone before it could be deleted: ${plural(alreadyGone, 'blob')}.`)
  if (changed > 0) lines.push(`Left alone because it changed, or depends on what changed: ${plural(changed, 'blob')}.`)
  if (spared > 0) lines.push(`Spared because the plan, made again, does not want it any more: ${plural(spared, 'blob')}.`)
  if (failed.length > 0) lines.push(`Could not be deleted: ${plural(failed.length, 'blob')}: ${grouped(failed)}.`)
  if (uncertain > 0) lines.push(`Under way when it stopped, gone or not: ${plural(uncertain, 'blob')}.`)
  if (result.problem !== null) lines.push(`It stopped: ${result.problem}`)
  if (result.stopped) lines.push(`The run ended before its plan. What is done stays done; finish it: flinkops cleanup --resume ${runId}`)
  return paragraph(lines)
}

/** What could not be helped comes first. */
function neededLines(needed: ExecuteResult['needed']): string[] {
  const lost = needed.filter((one) => one.lostFiles > 0)
  return [...lost, ...needed.filter((one) => one.lostFiles === 0)].map(({ path, job, lostFiles }) => {
    const snapshot = path.split('/').slice(2, -1).join('/')
    return lostFiles > 0
      ? `Job ${job} was restored from ${snapshot} while it was being deleted: ${plural(lostFiles, 'file')} of it were gone by then, the rest stays.`
      : `Put back, since job ${job} was restored from it meanwhile: ${snapshot}.`
  })
}

function grouped(failed: ExecuteResult['failed']): string {
  const counts = new Map<string, number>()
  for (const { code } of failed) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, count]) => `${count} x ${code}`).join(', ')
}
