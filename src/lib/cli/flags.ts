import { Args, Flags } from '@oclif/core'
import { parseDuration } from '../config/duration.js'
import { usageError } from '../errors.js'

/** A duration with its unit, as milliseconds. */
export const durationFlag = Flags.custom<number>({
  parse: async (text, _context, options) => {
    const parsed = parseDuration(text)
    if (!parsed.ok) throw usageError(`--${options.name}: ${parsed.problem.replace(/^it /, `${text} `)}.`)
    return parsed.ms
  },
  helpValue: '<duration>',
})

/** A share such as `30%`, as 0 to 1. */
export const shareFlag = Flags.custom<number>({
  parse: async (text, _context, options) => {
    const percent = /^(\d{1,3})%$/.exec(text)?.[1]
    if (percent === undefined || Number(percent) > 100) throw usageError(`--${options.name}: ${text} is not a share such as 30%.`)
    return Number(percent) / 100
  },
  helpValue: '<share>',
})

/** A whole number of at least 1; 0 and words are refused by the flag's name. */
export const countFlag = Flags.custom<number>({
  parse: async (text, _context, options) => {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw usageError(`--${options.name} ${text}: give a whole number of at least 1.`)
    return Number(text)
  },
  helpValue: '<number>',
})

/** Flags that every command has. */
export const baseFlags = {
  config: Flags.string({ description: 'flinkops.yaml to use', helpValue: '<file>', helpGroup: 'GLOBAL' }),
  context: Flags.string({ description: 'context of flinkops.yaml', helpValue: '<name>', helpGroup: 'GLOBAL' }),
  jobmanager: Flags.string({ description: 'JobManager REST URL', helpValue: '<url>', helpGroup: 'GLOBAL' }),
  output: Flags.option({
    char: 'o',
    description: 'table for a person, tsv for a pipe, id for xargs, json',
    options: ['table', 'tsv', 'id', 'json'] as const,
    helpGroup: 'GLOBAL',
  })(),
  quiet: Flags.boolean({ default: false, char: 'q', description: 'no progress and no notices on stderr', helpGroup: 'GLOBAL' }),
  'no-color': Flags.boolean({ default: false, description: 'no colours', helpGroup: 'GLOBAL' }),
  timeout: durationFlag({ description: 'give up waiting after this long (exit 8)', helpGroup: 'GLOBAL' }),
}

/** Flags of commands that change something. */
export const changeFlags = {
  'dry-run': Flags.boolean({ default: false, char: 'n', description: 'show what would be done, change nothing' }),
  yes: Flags.boolean({ default: false, char: 'y', description: 'do it without asking' }),
  'no-input': Flags.boolean({ default: false, description: 'never ask; refuse what needs an answer' }),
}

export const jobArg = Args.string({ description: 'job id, a unique prefix of at least 4, or a unique job name' })

export const formatFlag = Flags.option({ description: 'savepoint format', options: ['canonical', 'native'] as const, default: 'canonical' })
