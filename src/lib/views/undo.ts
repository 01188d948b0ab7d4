import type { UndoResult } from '../operations/undo-run.js'
import { bytes, plural } from './format.js'

/** What `undo` did, for a person. */
export function undoText(result: UndoResult): string {
  const lines = [`Brought back ${plural(result.restoredBlobs, 'blob')}, ${bytes(result.restoredBytes)}.`]
  if (result.there > 0) lines.push(`There already: ${plural(result.there, 'blob')}.`)
  for (const [why, count] of countsOf(result.living))
    lines.push(`Left alone, since their directory lives again (${why}): ${plural(count, 'blob')}.`)
  if (result.other.length > 0)
    lines.push(`Left alone, since what is there or kept now is another version: ${plural(result.other.length, 'blob')}.`)
  if (result.lost.length > 0) lines.push(`Cannot come back: ${plural(result.lost.length, 'blob')}: ${lostWords(result)}.`)
  if (result.failed.length > 0) lines.push(failedWords([...new Set(result.failed.map((one) => one.code))], result.failed.length))
  return lines.join('\n')
}

function countsOf(living: UndoResult['living']): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { why } of living) counts.set(why, (counts.get(why) ?? 0) + 1)
  return counts
}

/** Whether anything of what the run deleted has not come back. */
export function isPartial({ lost, failed, living, other }: UndoResult): boolean {
  return lost.length + failed.length + living.length + other.length > 0
}

function lostWords({ offersUndelete }: UndoResult): string {
  return offersUndelete
    ? 'neither soft delete nor versioning kept them, or a file they need is lost'
    : 'this storage service has no undelete, and no earlier version of them'
}

const PASSING = new Set(['ServerBusy', 'OperationTimedOut', 'InternalError'])

function failedWords(codes: string[], count: number): string {
  const again = codes.every((code) => PASSING.has(code)) ? ' Try again later: what is back stays back.' : ''
  return `Failed: ${plural(count, 'blob')} (${codes.join(', ')}).${again}`
}

/** The JSON of `undo`. */
export function undoJson(
  runId: string,
  result: UndoResult | null,
  spell: (account: string, container: string, name: string) => string,
): object {
  const path = (key: string) => {
    const [account = '', container = '', ...name] = key.split('/')
    return spell(account, container, name.join('/'))
  }
  if (result === null) return { runId, outcome: 'planned', result: null }
  return {
    runId,
    outcome: isPartial(result) ? 'partial' : 'done',
    result: {
      ...result,
      lost: result.lost.map(path),
      other: result.other.map(path),
      living: result.living.map((one) => ({ ...one, path: path(one.path) })),
      failed: result.failed.map((one) => ({ ...one, path: path(one.path) })),
    },
  }
}
