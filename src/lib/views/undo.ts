import type { UndoResult } from '../operations/undo-run.js'
import { bytes, plural } from './format.js'

/** What `undo` did, for a person. */
export function undoText(result: UndoResult): string {
  const lines = [`Brought back ${plural(result.restoredBlobs, 'blob')}, ${bytes(result.restoredBytes)}.`]
  if (result.there > 0) lines.push(`There already: ${plural(result.there, 'blob')}.`)
  if (result.lost.length > 0)
    lines.push(
      `Cannot come back: ${plural(result.lost.length, 'blob')}: neither soft delete nor versioning kept them, or a file they need is lost.`,
    )
  if (result.failed.length > 0)
    lines.push(
      `Failed: ${plural(result.failed.length, 'blob')} (${[...new Set(result.failed.map((one) => one.code))].join(', ')}). Run it again.`,
    )
  return lines.join('\n')
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
  const isPartial = result.lost.length + result.failed.length > 0
  return {
    runId,
    outcome: isPartial ? 'partial' : 'done',
    result: { ...result, lost: result.lost.map(path), failed: result.failed.map((one) => ({ ...one, path: path(one.path) })) },
  }
}
