import type { Hook } from '@oclif/core'
import { failureOf } from '../lib/cli/failure.js'
import { printFailure } from '../lib/cli/failure-output.js'
import { EXIT, FlinkopsError } from '../lib/errors.js'
import { nearest } from '../lib/nearest.js'

/** An unknown command is an error like any other, and never asks back: it may stand in a cron line. */
const commandNotFound: Hook.CommandNotFound = async function ({ id, argv = [], config }) {
  // oclif takes the words that follow for subcommands: `foo:bar`.
  const [word = id] = id.split(':')
  const known = config.commands.filter((one) => !one.hidden).map((one) => one.id)
  const near = nearest(word, known)
  const failure = failureOf(
    new FlinkopsError(`${word} is not a command of flinkops.`, {
      code: 'UNKNOWN_COMMAND',
      exitCode: EXIT.unknownCommand,
      suggestions: [...(near === null ? [] : [`Did you mean: flinkops ${near}`]), 'All commands: flinkops help'],
    }),
    new AbortController().signal,
  )
  printFailure(failure, argv)
  this.exit(failure.exitCode)
}

export default commandNotFound
