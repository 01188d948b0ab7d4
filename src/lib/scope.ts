import { hostname } from 'node:os'
import type { AccessFor } from './access.js'
import { isReported } from './config/roots.js'
import type { EffectiveConfig } from './config/settings.js'
import { isLoopback } from './config/url.js'
import type { Context } from './context.js'
import { usageError } from './errors.js'
import { historyJobPath, parseArchive } from './flink/archive.js'
import { foreignAccount, isForeignAccount } from './foreign.js'
import type { GatherInput } from './operations/gather-jobs.js'
import type { SilenceBounds } from './operations/know-jobs.js'
import { readHistory } from './operations/read-history.js'
import { seenRecord } from './operations/seen-record.js'
import type { ContainerReader } from './ports.js'
import type { SeenAppender, SeenRecord } from './ports-seen.js'
import { formatLocation, isBelow, isSameContainer, type Location, parseLocation, type Spelling, spellingOf } from './state/location.js'

/** The storage side of one command: which containers, how they are spelled, and who knows the jobs in them. */
export interface Scope {
  config: EffectiveConfig
  /** Directories below which clean-up may sweep. */
  roots: Location[]
  /** Every directory that is configured to hold state, whatever was asked for. */
  stateRoots: Location[]
  /** The same as the user or Flink writes them. */
  rootPaths: string[]
  /** Every configured root, where `roots` may be others, and the grace period. */
  silence: SilenceBounds
  readers: ContainerReader[]
  cluster: Omit<GatherInput, 'signal' | 'journal'>
  spell: (account: string, container: string, name: string) => string
}

/**
 * Works out the scope from the roots; a root that is no Azure path is refused, since what lies there cannot be seen. `isLooking`: what clusters
 * show is written into the record in the containers; else that is only read.
 */
export async function openScope(context: Context, only: string[] = [], isLooking = false): Promise<Scope> {
  const config = await context.withCluster()
  checkReported(config)
  const rootPaths = only.length > 0 ? only : stateRoots(config)
  if (rootPaths.length === 0) {
    throw usageError(
      'No checkpoint or savepoint root is known.',
      "Name them in flinkops.yaml (roots), or point FLINK_CONF_DIR at the cluster's configuration.",
    )
  }
  const spellings = new Map<string, Spelling>()
  const roots = rootPaths.map((path) => rootLocation(path, spellings))
  const all = stateRoots(config).map((path) => rootLocation(path, spellings))
  const containers = new Map([...all, ...roots].map((one) => [`${one.account}/${one.container}`, one]))
  const storage = await context.storage()
  const readers = await Promise.all([...containers.values()].map((one) => storage.container(one.account, one.container)))
  const record = recordIn(readers, context, isLooking ? storage : null)
  return {
    config,
    roots,
    stateRoots: all,
    rootPaths,
    silence: { roots: all, graceMs: config.retention.graceMs.value },
    readers,
    cluster: { jobManagers: await context.jobManagers(), history: history(context, config), record },
    spell: (account, container, name) =>
      formatLocation(spellings.get(`${account}/${container}`) ?? `wasbs://${container}@${account}`, name),
  }
}

/** The scope of a run that sweeps below some of the roots only. What lies elsewhere is nobody's word for it: such a root is refused. */
export async function openScopeBelow(context: Context, only: string[] = [], isLooking = false): Promise<Scope> {
  const scope = await openScope(context, [], isLooking)
  if (only.length === 0) return scope
  const roots = only.map((path) => rootLocation(path, new Map()))
  const outside = only.filter((_, index) => !scope.silence.roots.some((root) => isAtOrBelow(roots[index], root)))
  if (outside.length > 0)
    throw usageError(
      `--root ${outside[0]} lies below no configured root (${scope.rootPaths.join(', ')}).`,
      'Give one of them or a directory below; where other jobs keep their state, use the context whose jobManagers know them.',
    )
  return { ...scope, roots, rootPaths: only }
}

/** The record in all containers of the roots, to write; `null` where no root is known. */
export async function openRecord(context: Context): Promise<SeenRecord | null> {
  if (stateRoots(await context.withCluster()).length === 0) return null
  const { cluster } = await openScope(context, [], true)
  return cluster.record ?? null
}

function recordIn(readers: ContainerReader[], { now }: Context, appender: SeenAppender | null): SeenRecord {
  return seenRecord({ readers, appender, host: hostname(), isLocal: isLoopback, now })
}

function isAtOrBelow(location: Location | undefined, root: Location): boolean {
  return location !== undefined && isSameContainer(root, location) && isBelow(location.name, root.name)
}

/** Refuses roots that only a JobManager names, unless a person named their accounts: whoever answers at its address may say anything. */
function checkReported({ roots, accessFor }: EffectiveConfig): void {
  for (const { value, source } of [roots.checkpoints, roots.savepoints, roots.changelog, roots.history]) {
    if (!isReported(source)) continue
    for (const path of [value ?? []].flat()) {
      const parsed = parseLocation(path)
      if (parsed.ok) refuseForeign(parsed.location, accessFor, `Only the ${source.split(': ')[0]} says that state lies in ${path}`)
    }
  }
}

/** Throws when nobody named the account of a location, or there is no way to it. `saidBy`: who named it, a clause. */
export function refuseForeign({ account, container }: Location, accessFor: AccessFor, saidBy: string): void {
  try {
    accessFor(account, container)
  } catch (error) {
    throw isForeignAccount(error) ? foreignAccount(account, saidBy) : error
  }
}

/** Every checkpoint, savepoint and changelog root, each once. */
export function stateRoots(config: EffectiveConfig): string[] {
  const { checkpoints, savepoints, changelog } = config.roots
  return [...new Set([...checkpoints.value, ...savepoints.value, ...changelog.value])]
}

function rootLocation(path: string, spellings: Map<string, Spelling>): Location {
  const parsed = parseLocation(path)
  if (!parsed.ok)
    throw usageError(
      `The root ${path} cannot be used: ${parsed.problem}.`,
      'Roots are written as wasbs://<container>@<account>.blob.core.windows.net/<path>.',
    )
  const key = `${parsed.location.account}/${parsed.location.container}`
  if (!spellings.has(key)) spellings.set(key, spellingOf(path, parsed.location))
  return parsed.location
}

function history(context: Context, config: EffectiveConfig): Scope['cluster']['history'] {
  const directory = config.roots.history.value
  if (directory === null || !parseLocation(directory).ok) return null
  const read = async () =>
    readHistory({
      directory,
      storage: await context.storage(),
      isArchive: (name) => historyJobPath(name) !== null,
      parse: parseArchive,
      signal: context.signal,
    })
  return { where: 'the history directory', jobs: read }
}
