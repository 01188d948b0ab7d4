import { createInterface } from 'node:readline/promises'
import { shown } from '../visible.js'
import { interrupted } from './failure.js'
import { toStderr } from './terminal.js'

/** Asks on stderr, so that stdout stays clean, on one line that no name in it can overwrite. Answers whether the reply is one of `accepted`; Ctrl-C is no answer but an interruption. */
export async function ask(question: string, accepted: string[], signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ctrlC = new AbortController()
  // While it reads a line, the terminal sends no SIGINT to the process.
  terminal.once('SIGINT', () => ctrlC.abort(interrupted()))
  const [before, words] = question.startsWith('\n') ? ['\n', question.slice(1)] : ['', question]
  try {
    const answer = await terminal.question(before + shown(words), { signal: AbortSignal.any([signal, ctrlC.signal]) })
    return accepted.includes(answer.trim().toLowerCase())
  } catch (error) {
    toStderr('\n')
    throw ctrlC.signal.aborted ? ctrlC.signal.reason : error
  } finally {
    terminal.close()
  }
}
