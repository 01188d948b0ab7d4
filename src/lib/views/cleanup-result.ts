import type { ExecuteResult } from '../operations/execution.js'
import { bytes, plural } from './format.js'

/** What a clean-up did, for a person; failures grouped by their code. */
export function cleanupResultText(result: ExecuteResult): string {
  const lines = [`Deleted ${plural(result.deletedBlobs, 'blob')}, ${bytes(result.deletedBytes)}.`]
  if (result.alreadyGone > 0) lines.push(`Gone before it could be deleted: ${plural(result.alreadyGone, 'blob')}.`)
  if (result.changed > 0) lines.push(`Left alone because it changed, or depends on what changed: ${plural(result.changed, 'blob')}.`)
  if (result.failed.length > 0) lines.push(`Could not be deleted: ${plural(result.failed.length, 'blob')}: ${grouped(result.failed)}.`)
  if (result.problem !== null) lines.push(`It stopped: ${result.problem}`)
  if (result.stopped) lines.push('The run ended before its plan. Run it again: what is done stays done.')
  return lines.join('\n')
}

function grouped(failed: ExecuteResult['failed']): string {
  const counts = new Map<string, number>()
  for (const { code } of failed) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, count]) => `${count} x ${code}`).join(', ')
}
