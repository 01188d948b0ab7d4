import { Errors } from '@oclif/core'
import { EXIT, FlinkopsError } from '../errors.js'
import { withoutGiven } from '../given.js'
import type { Failure } from './failure-output.js'

export function interrupted(): FlinkopsError {
  return new FlinkopsError('Interrupted.', { code: 'INTERRUPTED', exitCode: EXIT.interrupted })
}

/** Maps any error once. When the signal ended the work, its reason counts, unless the use case said it better. */
export function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof FlinkopsError) return shown(error)
  if (signal.aborted && signal.reason instanceof FlinkopsError) return shown(signal.reason)
  // oclif's own exit codes differ from one mistake to the next; they are all mistakes of usage.
  if (error instanceof Errors.CLIError)
    return { code: 'USAGE', message: missingArgs(error) ?? withoutStray(firstLines(error.message)), suggestions: [], exitCode: EXIT.usage }
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'INTERNAL',
    message: `Unexpected: ${withoutGiven(message)}`,
    suggestions: [`This is a bug. Run again with DEBUG=flinkops and report it with Node ${process.version}.`],
    exitCode: EXIT.unexpected,
  }
}

function shown({ code, message, suggestions, exitCode }: FlinkopsError): Failure {
  return { code, message: firstLines(message), suggestions, exitCode }
}

/** A word that went astray may be `NAME=value` of a `--define`, or `--db-pass=x` without its `--arg`. */
function withoutStray(message: string): string {
  return /^(?:Unexpected argument|Nonexistent flag)/.test(message) ? message.replace(/=[^,]+/g, '=***') : message
}

/** oclif writes arguments that are missing as a table. */
function missingArgs(error: Error): string | null {
  if (!('args' in error) || !Array.isArray(error.args) || !error.message.startsWith('Missing')) return null
  const missing = error.args.map(({ name, description }) => `<${name}> (${description})`)
  return missing.length === 0 ? null : `Missing: ${missing.join(', ')}.`
}

/** oclif writes "Parsing --flag" before what a flag's parser says, and "See more help with --help" after it. */
function firstLines(message: string): string {
  return message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('See more help') && !/^Parsing --[\w-]+$/.test(line))
    .join(' ')
}
