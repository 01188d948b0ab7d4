import { EXIT, FlinkopsError, refusedError } from '../errors.js'

const CODE = 'VALUES_MISSING' as const

/** A script without values that it was started with: exit 6, by their names. `what` begins the sentence. */
export function definesMissing(what: string, names: string[], file: string | null): FlinkopsError {
  const values = names.length === 1 ? 'whose value is' : 'whose values are'
  const gone = file === null ? '' : ` (the file of values ${file} does not have ${names.length === 1 ? 'it' : 'them'})`
  return refusedError(
    CODE,
    `${what}, with ${names.join(', ')}, ${values} not written down${gone}.`,
    `Give ${names.length === 1 ? 'it' : 'them'} again: ${names.map((name) => `--define ${name}=...`).join(' ')}, or in a file: --define-file <file>`,
    'To have it come back by its name alone: name such a file under jobs: in flinkops.yaml (defineFile), or start it with --define-file or --remember.',
  )
}

/** A jar without the arguments that it was started with: exit 6. */
export function argumentsMissing(what: string, words: string): FlinkopsError {
  return refusedError(
    CODE,
    `${what}, with ${words}, which are not written down.`,
    'Give them again with --arg, to `resume <jar>` or `start <jar>`.',
    'To have it come back by its name alone: name it with its args under jobs: in flinkops.yaml, or start it with --remember.',
  )
}

export function isMissingValues(error: unknown): error is FlinkopsError & { code: typeof CODE } {
  return error instanceof FlinkopsError && error.code === CODE
}

/** Of several jobs, before one of them is started: what each lacks, and how the others come up without it. */
export function refuseForMissing(missing: ReadonlyMap<string, FlinkopsError>): void {
  if (missing.size === 0) return
  const errors = [...missing.values()]
  const rest = [...missing.keys()].map((name) => `--except '${name}'`).join(' ')
  throw new FlinkopsError(`Nothing was started. ${errors.map(({ message }) => message).join(' ')}`, {
    code: CODE,
    exitCode: EXIT.refused,
    suggestions: [...new Set(errors.flatMap(({ suggestions }) => suggestions)), `Or bring back the others first: ${rest}`],
  })
}
