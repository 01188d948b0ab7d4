import { oneLine } from '../visible.js'
import { wantsJson } from './json-wanted.js'
import { jsonToStdout, toStderr } from './terminal.js'

/** What a failure shows the world: an allow-list, so that nothing else an error object carries can leak. */
export interface Failure {
  code: string
  message: string
  suggestions: string[]
  exitCode: number
}

/** What a person reads on stderr. */
export function describeFailure({ message, suggestions }: Failure): string {
  return [`Error: ${message}`, ...suggestions.map((suggestion) => `  ${suggestion}`)].map(oneLine).join('\n')
}

/** For a failure outside of any command: JSON on stdout where the command line asks for it, else text on stderr. */
export function printFailure(failure: Failure, argv: readonly string[]): void {
  if (wantsJson(argv)) jsonToStdout(`${JSON.stringify({ error: failure }, null, 2)}\n`)
  else toStderr(`${describeFailure(failure)}\n`)
}
