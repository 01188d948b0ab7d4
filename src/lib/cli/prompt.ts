import { createInterface } from 'node:readline/promises'
import { interrupted } from './failure.js'

/** Asks on stderr, so that stdout stays clean. Answers whether the reply is one of `accepted`; Ctrl-C is no answer but an interruption. */
export async function ask(question: string, accepted: string[], signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ctrlC = new AbortController()
  // While it reads a line, the terminal sends no SIGINT to the process.
  terminal.once('SIGINT', () => ctrlC.abort(interrupted()))
  try {
    const answer = await terminal.question(question, { signal: AbortSignal.any([signal, ctrlC.signal]) })
    return accepted.includes(answer.trim().toLowerCase())
  } catch (error) {
    process.stderr.write('\n')
    throw ctrlC.signal.aborted ? ctrlC.signal.reason : error
  } finally {
    terminal.close()
  }
}
