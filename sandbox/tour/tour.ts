import { styleText } from 'node:util'
import { openTerminal, type Ran, type TerminalOptions } from './terminal.js'

export interface Step {
  /** What the reader is about to see. */
  title: string
  args: readonly string[]
  /** The exit code it has to end with; 0 when absent. */
  exit?: number
  /** Looks for itself, past the command line: what was observed, as a sentence. Throws when it was not. */
  observe: (screen: string) => Promise<string>
}

/** A walk through commands, each of which is checked by its exit code and by a fact that was seen elsewhere. */
export class Tour {
  readonly #run: (args: readonly string[]) => Promise<Ran>
  #steps = 0

  constructor(options: TerminalOptions) {
    this.#run = openTerminal(options)
  }

  get steps(): number {
    return this.#steps
  }

  async step({ title, args, exit = 0, observe }: Step): Promise<string> {
    console.log(`\n${styleText('bold', `${this.#steps + 1}. ${title}`)}`)
    const { code, screen } = await this.#run(args)
    if (code !== exit) throw new Error(`flinkops ${args[0]} ended with exit code ${code}, not ${exit}`)
    const seen = await observe(screen)
    this.#steps += 1
    console.log(styleText('green', `✓ exit code ${exit}; ${seen}`))
    return screen
  }
}

/** Throws the sentence unless it is so. */
export function expect(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise)
}

/** The last state path that was printed. */
export function pathIn(screen: string): string {
  const path = screen.match(/^wasbs:\/\/\S+$/gm)?.at(-1)
  if (path === undefined) throw new Error('no path was printed')
  return path
}

/** The job id that was printed alone on a line. */
export function jobIdIn(screen: string): string {
  const id = screen.match(/^[0-9a-f]{32}$/gm)?.at(-1)
  if (id === undefined) throw new Error('no job id was printed')
  return id
}

/** One line of the sandbox, which is not the tool under show. */
export function stage(text: string): void {
  console.log(styleText('dim', `  ${text}`))
}

/** Whether some line shows this thing, with these words as words: `complete` is not `incomplete`. */
export function shows(screen: string, thing: string, ...words: string[]): boolean {
  return screen.split('\n').some((line) => line.includes(thing) && words.every((word) => line.split(/\s+/).includes(word)))
}

/** How many files `inspect` speaks of: in its headline on a terminal, by their lines on a pipe. */
export function filesIn(screen: string): number {
  const said = /to ([\d,]+) files? /.exec(screen)?.[1]
  return said === undefined ? (screen.match(/\/[0-9a-f-]{36} /g)?.length ?? 0) : Number(said.replaceAll(',', ''))
}
