import { Args, Errors, Flags, Parser } from '@oclif/core'
import { describe, expect, it } from 'vitest'
import { failureOf, interrupted } from '../../../src/lib/cli/failure.js'
import { durationFlag } from '../../../src/lib/cli/flags.js'
import { FlinkopsError, notFoundError } from '../../../src/lib/errors.js'

const running = () => new AbortController().signal

function ended(reason: unknown): AbortSignal {
  const abort = new AbortController()
  abort.abort(reason)
  return abort.signal
}

async function parseError(argv: string[]): Promise<unknown> {
  const args = { job: Args.string({ description: 'job id or name', required: true }) }
  const flags = { limit: Flags.integer(), output: Flags.option({ options: ['table', 'json'] as const })(), grace: durationFlag() }
  return Parser.parse(argv, { args, flags, strict: true }).catch((error: unknown) => error)
}

describe('failureOf', () => {
  it('shows an expected failure as it is', () => {
    expect(failureOf(notFoundError('JOB_NOT_FOUND', 'No job x.', 'List them.'), running())).toEqual({
      code: 'JOB_NOT_FOUND',
      message: 'No job x.',
      suggestions: ['List them.'],
      exitCode: 5,
    })
  })

  it('shows nothing else that an error carries', () => {
    const error = Object.assign(new FlinkopsError('No.', { code: 'NO', exitCode: 1, cause: new Error('secret') }), {
      request: { headers: { authorization: 'secret' } },
    })

    expect(JSON.stringify(failureOf(error, running()))).not.toContain('secret')
  })

  it('makes one line of a message', () => {
    expect(failureOf(new FlinkopsError('One.\n  Two.\n', { code: 'NO', exitCode: 1 }), running()).message).toBe('One. Two.')
  })

  it.each([
    ['a missing argument', [], 'Missing: <job> (job id or name).'],
    ['an unknown flag', ['x', '--nope'], 'Nonexistent flag: --nope'],
    ['one argument too many', ['x', 'y'], 'Unexpected argument: y'],
    ['a value that went astray', ['x', 'DB_PASS=a b=c', 'D=e'], 'Unexpected arguments: DB_PASS=***, D=***'],
    ['a value behind an unknown flag', ['x', '--db-pass=secret'], 'Nonexistent flag: --db-pass=***'],
    ['a value that is none of the options', ['x', '--output', 'yaml'], 'Expected --output=yaml to be one of: table, json'],
    ['a flag without its value', ['x', '--output'], 'Flag --output expects one of these values: table, json'],
    ['a duration without unit', ['x', '--grace', '24'], '--grace: 24 has no unit; write for example 24h.'],
  ])('says %s in one sentence, as a mistake of usage', async (_, argv, message) => {
    expect(failureOf(await parseError(argv), running())).toEqual({ code: 'USAGE', message, suggestions: [], exitCode: 2 })
  })

  it('takes the reason of the signal for any error that came of it', () => {
    expect(failureOf(new DOMException('The operation was aborted', 'AbortError'), ended(interrupted()))).toEqual({
      code: 'INTERRUPTED',
      message: 'Interrupted.',
      suggestions: [],
      exitCode: 130,
    })
  })

  it('prefers what the use case said to the reason of the signal', () => {
    const better = new FlinkopsError('Interrupted. It goes on.', { code: 'INTERRUPTED', exitCode: 130, suggestions: ['--attach x'] })

    expect(failureOf(better, ended(interrupted()))).toMatchObject({ message: 'Interrupted. It goes on.', suggestions: ['--attach x'] })
  })

  it('calls everything else a bug, with how to report it and without a stack', () => {
    const failure = failureOf(new TypeError('x is not a function'), running())

    expect(failure).toMatchObject({ code: 'INTERNAL', message: 'Unexpected: x is not a function', exitCode: 1 })
    expect(failure.suggestions).toEqual([expect.stringContaining(`Node ${process.version}`)])
    expect(failureOf('a text', running())).toMatchObject({ message: 'Unexpected: a text' })
  })

  it("keeps oclif's own errors usage errors whatever their exit code", () => {
    expect(failureOf(new Errors.CLIError('Bad.', { exit: 1 }), running())).toMatchObject({ code: 'USAGE', exitCode: 2 })
  })
})
