import { createInterface } from 'node:readline/promises'

/** Asks on stderr, so that stdout stays clean. Answers whether the reply is one of `accepted`. */
export async function ask(question: string, accepted: string[], signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(question, { signal })
    return accepted.includes(answer.trim().toLowerCase())
  } finally {
    terminal.close()
  }
}
