/** Exit codes that scripts hold on to; see README "Exit codes". */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  partly: 3,
  notAuthorised: 4,
  notFound: 5,
  refused: 6,
  unreachable: 7,
  stillRunning: 8,
  failedOnCluster: 9,
  locked: 10,
  foundWanting: 11,
  unknownCommand: 127,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export interface ErrorDetails {
  /** Stable upper-case word for scripts, for example `JOB_NOT_FOUND`. */
  code: string
  exitCode: ExitCode
  /** What to do next, one sentence each. */
  suggestions?: string[]
  cause?: unknown
  /** HTTP status of the answer that was the failure; absent where none came. */
  status?: number
}

/** An expected failure: one sentence, what to do next, and its own exit code. Carries no request, header or credential. */
export class FlinkopsError extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly suggestions: string[]
  readonly status: number | null

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = details.code
    this.exitCode = details.exitCode
    this.suggestions = details.suggestions ?? []
    this.status = details.status ?? null
  }
}

/** Bad input: exit 2. */
export function usageError(message: string, ...suggestions: string[]): FlinkopsError {
  return new FlinkopsError(message, { code: 'USAGE', exitCode: EXIT.usage, suggestions })
}

/** Something named by the user is not there: exit 5. */
export function notFoundError(code: string, message: string, ...suggestions: string[]): FlinkopsError {
  return new FlinkopsError(message, { code, exitCode: EXIT.notFound, suggestions })
}

/** A guard says no: exit 6. */
export function refusedError(code: string, message: string, ...suggestions: string[]): FlinkopsError {
  return new FlinkopsError(message, { code, exitCode: EXIT.refused, suggestions })
}
