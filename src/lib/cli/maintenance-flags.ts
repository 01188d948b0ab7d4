import { Flags } from '@oclif/core'
import { usageError } from '../errors.js'
import { OVERRIDES, type Override } from '../state/objections.js'
import { countFlag } from './flags.js'

const pickFlags = {
  job: Flags.string({
    description: 'only jobs of this name, * for any characters',
    multiple: true,
    helpValue: '<pattern>',
  }),
  except: Flags.string({ description: 'leave out jobs of this name', multiple: true, helpValue: '<pattern>' }),
}

/** What `stop --all` takes besides what one stop takes. */
export const stopAllFlags = {
  all: Flags.boolean({ default: false, description: 'stop every job, and write a manifest that `resume --all` goes by' }),
  ...pickFlags,
  parallel: countFlag({ description: 'jobs stopped at the same time (default 2)' }),
  'new-window': Flags.boolean({
    default: false,
    description: 'give up the window that is still open, and begin another',
  }),
  'allow-no-way-back': override('stop jobs although nobody knows how to bring them back'),
  'allow-unhealthy': override('stop jobs that are not running properly'),
  'allow-bounded': override('stop batch jobs'),
  'allow-failing-checkpoints': override('stop jobs whose checkpoints fail'),
}

/** What `resume --all` takes besides what one resume takes. */
export const resumeAllFlags = {
  all: Flags.boolean({ default: false, description: 'bring back what the last `stop --all` stopped' }),
  ...pickFlags,
  manifest: Flags.string({
    description: 'manifest to go by: a file, or the URI of its copy (default: the newest that is not finished)',
    helpValue: '<file|uri>',
  }),
}

function override(description: string) {
  return Flags.boolean({ default: false, description })
}

/** The refusals that the command line overrides. */
export function allowedBy(flags: Partial<Record<Override, boolean>>): Set<Override> {
  return new Set(OVERRIDES.filter((name) => flags[name] === true))
}

/** Refuses what only goes with `--all`. */
export function requireAll(flags: Record<string, unknown>, allFlags: Record<string, unknown>): void {
  const lonely = Object.keys(allFlags).find((name) => flags[name] !== undefined && flags[name] !== false)
  if (lonely !== undefined) throw usageError(`--${lonely} goes with --all only.`)
}
