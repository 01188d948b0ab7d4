import type { Streams } from '../../src/lib/cli/streams.js'

/** A terminal of this width. */
export function person(columns: number, colour = false): Streams {
  return { stdoutTty: true, stderrTty: true, stdinTty: true, columns, colour }
}

export function pipe(): Streams {
  return { stdoutTty: false, stderrTty: false, stdinTty: false, columns: Number.POSITIVE_INFINITY, colour: false }
}
