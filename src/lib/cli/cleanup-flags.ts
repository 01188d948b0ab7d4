import { Flags, type Interfaces } from '@oclif/core'
import type { EffectiveConfig } from '../config/settings.js'
import { usageError } from '../errors.js'
import { snapshotDirectory } from '../state/lineage.js'
import { locationKey, parseLocation } from '../state/location.js'
import type { RetentionPolicy } from '../state/policy.js'
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

export const alsoLastFlag = {
  'also-last': Flags.string({
    description: 'give up the last restore points of this ended job, or this snapshot of a job that nobody knows',
    multiple: true,
    helpValue: '<job id or snapshot>',
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
  ...alsoLastFlag,
  'abandoned-older-than': durationFlag({
    description: 'give up what ended runs left and nobody went on from, when older than this (default: never)',
  }),
  'unnamed-older-than': durationFlag({ description: 'gives up nothing any more: see --abandoned-older-than', hidden: true }),
  dead: Flags.string({
    description: 'give up an unreadable snapshot, or what a high-availability store holds: exactly this version of this file',
    multiple: true,
    helpValue: '<path>#<etag>',
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
    abandonedMs: retention.abandonedMs.value,
    keepLast: retention.keepLast.value,
    alsoLast: new Set((flags['also-last'] ?? []).map(givenUp)),
    pins: new Set(config.pins.value.map(pinKey)),
    dead: new Set((flags.dead ?? []).map((text) => deadKey(text, rootPaths))),
  }
}

/** A job id, or the directory of a snapshot as a key. */
function givenUp(text: string): string {
  const id = text.trim().toLowerCase()
  if (/^[0-9a-f]{32}$/.test(id)) return id
  const parsed = parseLocation(text.trim())
  if (parsed.ok) return locationKey(snapshotDirectory(parsed.location))
  throw usageError(
    `--also-last ${text}: give the whole job id of 32 hex digits, or the full URI of a snapshot; this gives up a last restore point.`,
  )
}

/** `<path>#<etag>` as the guard prints it: a name in the roots' container, or a full URI. */
function deadKey(text: string, rootPaths: string[]): string {
  const [, path, etag] = /^(.+\/(?:_metadata|completedCheckpoint[^/#]*))#(\S+)$/.exec(text) ?? []
  const [root] = rootPaths.flatMap((one) => {
    const parsed = parseLocation(one)
    return parsed.ok ? [parsed.location] : []
  })
  if (path === undefined || etag === undefined)
    throw usageError(
      `--dead ${text}: write it as the plan prints it, <path>#<etag>; the path ends with /_metadata, or is a file of a high-availability store.`,
    )
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
