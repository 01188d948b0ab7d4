import { Flags, type Interfaces } from '@oclif/core'
import type { EffectiveConfig } from '../config/settings.js'
import { usageError } from '../errors.js'
import { snapshotDirectory } from '../state/lineage.js'
import { locationKey, parseLocation } from '../state/location.js'
import type { RetentionPolicy } from '../state/retention.js'
import { countFlag, durationFlag, shareFlag } from './flags.js'

export const ignoreWindowFlag = {
  'ignore-window': Flags.string({
    description: 'give up an open maintenance window: what it alone names may go',
    multiple: true,
    helpValue: '<id>',
  }),
}

/** Of all commands that delete. */
export const deletingFlags = {
  'without-soft-delete': Flags.boolean({ default: false, description: 'delete although deleted blobs could not be brought back' }),
  'max-rate': countFlag({
    description: 'delete at most so many blobs a second, to leave the account to running jobs (default: as many as it takes)',
  }),
}

export const cleanupFlags = {
  ...ignoreWindowFlag,
  'older-than': durationFlag({ description: 'expire checkpoints older than this (default: retention.checkpoints, else 24h)' }),
  'savepoints-older-than': durationFlag({ description: 'expire savepoints too, older than this; without it they are left alone' }),
  'keep-last': countFlag({ description: 'restorable snapshots kept of every job, whatever their age (default 1)' }),
  job: Flags.string({ description: 'expire snapshots of this job only', helpValue: '<job>' }),
  root: Flags.string({ description: 'sweep below this root only', multiple: true, helpValue: '<uri>' }),
  grace: durationFlag({ description: 'leave younger unreferenced blobs alone (default 72h)' }),
  'max-share': shareFlag({ description: 'refuse when orphans are more than this of the scanned bytes (default 30%)' }),
  'also-last': Flags.string({ description: "give up this ended job's last restore point", multiple: true, helpValue: '<job id>' }),
  'unnamed-older-than': durationFlag({
    description: 'give up last restore points of ended jobs whose name nobody remembers, when older than this',
  }),
  dead: Flags.string({
    description: 'give up an unreadable snapshot: exactly this version of this file',
    multiple: true,
    helpValue: '<_metadata path>#<etag>',
  }),
  'no-write-ahead-sinks': Flags.boolean({
    default: false,
    description: 'assert that no job has a write-ahead sink: sweep task-owned files of ended jobs too',
  }),
  ...deletingFlags,
}

type Values = Partial<Interfaces.InferredFlags<typeof cleanupFlags>>

/** The retention that the effective settings and the flags ask for. */
export function policyOf(config: EffectiveConfig, flags: Values, rootPaths: string[]): RetentionPolicy {
  const { retention } = config
  return {
    checkpointsMs: retention.checkpointsMs.value,
    savepointsMs: retention.savepointsMs.value,
    unnamedMs: retention.unnamedMs.value,
    keepLast: retention.keepLast.value,
    alsoLast: new Set((flags['also-last'] ?? []).map(jobId)),
    pins: new Set(config.pins.value.map(pinKey)),
    dead: new Set((flags.dead ?? []).map((text) => deadKey(text, rootPaths))),
  }
}

function jobId(text: string): string {
  const id = text.trim().toLowerCase()
  if (!/^[0-9a-f]{32}$/.test(id))
    throw usageError(`--also-last ${text}: give the whole job id of 32 hex digits; this gives up a last restore point.`)
  return id
}

/** `<path>#<etag>` as the guard prints it: a name in the roots' container, or a full URI. */
function deadKey(text: string, rootPaths: string[]): string {
  const [, path, etag] = /^(.+\/_metadata)#(\S+)$/.exec(text) ?? []
  const [root] = rootPaths.flatMap((one) => {
    const parsed = parseLocation(one)
    return parsed.ok ? [parsed.location] : []
  })
  if (path === undefined || etag === undefined)
    throw usageError(`--dead ${text}: write it as the guard prints it, <path>/_metadata#<etag>.`)
  const parsed = parseLocation(path)
  if (parsed.ok) return `${locationKey(parsed.location)}#${etag}`
  if (root === undefined) throw usageError(`--dead ${text}: give the full URI.`)
  return `${locationKey({ ...root, name: path })}#${etag}`
}

/** A pin that cannot be placed protects nothing, so it is refused. */
function pinKey(pin: string): string {
  const parsed = parseLocation(pin)
  if (!parsed.ok) throw usageError(`The pin ${pin} cannot be used: ${parsed.problem}.`)
  return locationKey(snapshotDirectory(parsed.location))
}
