import { resolve } from 'node:path'
import { usageError } from '../errors.js'
import { accessBy } from './account-access.js'
import { jobManagers, sqlGateway } from './clusters.js'
import { type Environment, variable } from './environment.js'
import { chooseContext, findConfigFile } from './file.js'
import type { FileContext } from './file-context.js'
import type { FlinkConf } from './flink-conf.js'
import { type CheckFound, checkFound as checkOnDisk } from './found.js'
import { accountsOf, configuredAccounts } from './named-accounts.js'
import { type ReadFile, readTextFile } from './read-text-file.js'
import { headersBy, restHeaders } from './rest-headers.js'
import { configuredRoots } from './roots.js'
import { type EffectiveConfig, firstSet, type JobSpec, type RetentionSettings, type Setting } from './settings.js'

/** What the command line says; durations are parsed by the flag that takes them. */
export interface ConfigFlags {
  config?: string | undefined
  context?: string | undefined
  jobmanager?: string | undefined
  sqlGateway?: string | undefined
  olderThanMs?: number | undefined
  savepointsOlderThanMs?: number | undefined
  unnamedOlderThanMs?: number | undefined
  abandonedOlderThanMs?: number | undefined
  keepLast?: number | undefined
  graceMs?: number | undefined
  /** Paths in storage that were typed on this command line: they name accounts as the configuration does. */
  paths?: readonly string[] | undefined
}

/** Reads Flink's configuration from a directory or a file. */
export type ConfReader = (path: string, readFile: ReadFile) => Promise<FlinkConf>

/** Brings a YAML parser along: loaded when there is something to parse. */
const readFlinkConf: ConfReader = async (...input) => (await import('./flink-conf.js')).readFlinkConf(...input)

const HOUR_MS = 3_600_000

/** Works out every setting: flag, environment, `flinkops.yaml`, Flink's configuration, default. Throws a usage error for bad input. */
export async function resolveConfig(input: {
  flags: ConfigFlags
  env: Environment
  cwd: string
  readFile?: ReadFile
  checkFound?: CheckFound
  /** How Flink's own configuration is read; `doctor` has a reader that goes on where this one refuses. */
  readConf?: ConfReader
  onNotice?: (text: string) => void
}): Promise<EffectiveConfig> {
  const { flags, env, cwd, readFile = readTextFile, checkFound = checkOnDisk, readConf = readFlinkConf, onNotice = () => undefined } = input
  const file = await findConfigFile({ flag: flags.config, env, cwd, readFile, checkFound })
  const { name, context } = chooseContext(file, flags.context, env)
  const place = variable(env, 'FLINK_CONF_DIR') ?? context?.flinkConf
  const flinkConf = place ? await readConf(resolve(cwd, place.value), readFile) : null
  const clusters = jobManagers(flags.jobmanager, env, context)
  const gateway = sqlGateway(flags.sqlGateway, env, context, clusters.value[0] ?? '')
  const headers = restHeaders(env)
  const storage = context?.storage ?? new Map()
  const kept = retention(flags, context)
  const roots = configuredRoots(context, flinkConf)
  const pins = firstSet([context?.pins ?? null], [])
  const isFound = file?.isFound ?? false
  const accounts = {
    configured: configuredAccounts({ roots, pins: pins.value, storage }),
    typed: accountsOf(flags.paths ?? []),
  }
  return {
    contextName: name,
    jobManagers: clusters,
    sqlGateway: gateway,
    roots,
    exclusive: firstSet([context?.exclusive ?? null], false),
    pins,
    retention: kept,
    jobs: firstSet<Record<string, JobSpec>>([context?.jobs ?? null], {}),
    headers,
    headersFor: headersBy({ headers, jobManager: clusters.value[0], sqlGateway: gateway.value, env }),
    flinkConf,
    storage,
    accessFor: accessBy({ storage, env, flinkConf, ...accounts, isFound, onNotice }),
    warnings: [...(flinkConf?.warnings ?? []), ...outdated(kept)],
  }
}

function retention(flags: ConfigFlags, context: FileContext | null): RetentionSettings {
  if (flags.keepLast !== undefined && !(Number.isSafeInteger(flags.keepLast) && flags.keepLast >= 1)) {
    throw usageError('--keep-last must be a whole number of at least 1: the last restore point of a job is never given up by a number.')
  }
  const file = context?.retention
  return {
    checkpointsMs: firstSet([flag(flags.olderThanMs, 'older-than'), file?.checkpoints ?? null], 24 * HOUR_MS),
    savepointsMs: firstSet<number | null>([flag(flags.savepointsOlderThanMs, 'savepoints-older-than'), file?.savepoints ?? null], null),
    unnamedMs: firstSet<number | null>([flag(flags.unnamedOlderThanMs, 'unnamed-older-than'), file?.unnamed ?? null], null),
    abandonedMs: firstSet<number | null>([flag(flags.abandonedOlderThanMs, 'abandoned-older-than'), file?.abandoned ?? null], null),
    keepLast: firstSet([flag(flags.keepLast, 'keep-last'), file?.keepLast ?? null], 1),
    graceMs: firstSet([flag(flags.graceMs, 'grace'), file?.grace ?? null], 72 * HOUR_MS),
  }
}

/** A name joins nothing any more, so there is nothing that only a missing name keeps. */
function outdated({ unnamedMs: { value, source } }: RetentionSettings): string[] {
  if (value === null) return []
  return [
    `${source}: unnamed gives up nothing any more. What ended runs left and nobody went on from is given up by retention.abandoned or --abandoned-older-than.`,
  ]
}

function flag<T>(value: T | undefined, name: string): Setting<T> | null {
  return value === undefined ? null : { value, source: `flag --${name}` }
}
