import { visible, visibleJson } from '../visible.js'
import { OWN } from './colour.js'

/**
 * The one way out: every text for a person or a pipe passes here, so that whatever a job's name, a path or an error holds, the terminal
 * obeys our own colours and cursor moves alone.
 */
export function toStdout(text: string): void {
  process.stdout.write(forTerminal(text))
}

export function toStderr(text: string): void {
  process.stderr.write(forTerminal(text))
}

/** A JSON text: the value stays as it is, its controls are escaped. */
export function jsonToStdout(json: string): void {
  process.stdout.write(visibleJson(json))
}

/** Empties the line that the cursor is on. */
export function clearLine(): void {
  process.stderr.write('\r\u001B[2K')
}

/** Controls written out, but for our own colours. */
export function forTerminal(text: string): string {
  const [first = '', ...coloured] = text.split(OWN)
  return visible(first) + coloured.map(afterMark).join('')
}

function afterMark(text: string): string {
  const end = text.indexOf('m') + 1
  return `\u001B[${text.slice(0, end)}${visible(text.slice(end))}`
}
