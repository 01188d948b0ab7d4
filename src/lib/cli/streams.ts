import { isatty } from 'node:tty'

/** What the three streams can do; decided once. */
export interface Streams {
  stdoutTty: boolean
  stderrTty: boolean
  stdinTty: boolean
  /** Width of the terminal; Infinity for a pipe. */
  columns: number
  colour: boolean
}

/** Colour needs a terminal and is off by `NO_COLOR`, `TERM=dumb` and `--no-color`. */
export function detectStreams(noColour: boolean): Streams {
  const stdoutTty = process.stdout.isTTY === true
  const forced = process.env['FORCE_COLOR'] !== undefined && process.env['FORCE_COLOR'] !== '0'
  const off = noColour || (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb'
  return {
    stdoutTty,
    stderrTty: process.stderr.isTTY === true,
    // Of the descriptor: `process.stdin` would open a stream at every start.
    stdinTty: isatty(0),
    columns: stdoutTty ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY,
    colour: !off && (stdoutTty || forced),
  }
}
