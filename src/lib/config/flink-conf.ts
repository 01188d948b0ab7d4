import { basename, join } from 'node:path'
import { usageError } from '../errors.js'
import { Secret } from '../secret.js'
import { parseLegacyConf } from './flink-conf-legacy.js'
import { parseStandardConf } from './flink-conf-standard.js'
import type { ReadFile } from './read-text-file.js'

/** Flink's own configuration file. */
export interface FlinkConf {
  path: string
  /** Keys whose value may be shown. */
  options: Map<string, string>
  /** Keys that Flink itself hides, and SAS keys. */
  secrets: Map<string, Secret>
  warnings: string[]
}

export const LEGACY = 'flink-conf.yaml'
export const STANDARD = 'config.yaml'

/**
 * Reads Flink's configuration from a directory or a file. In a directory `flink-conf.yaml` wins when it is there (Flink 1.19 and 1.20:
 * `GlobalConfiguration.loadConfiguration`), although Flink 2 no longer reads it: hence the warning when both are.
 */
export async function readFlinkConf(path: string, readFile: ReadFile): Promise<FlinkConf> {
  const own = await readFile(path)
  if (own !== null) return parseFlinkConf(path, own)
  const legacyPath = join(path, LEGACY)
  const [legacy, standard] = await Promise.all([readFile(legacyPath), readFile(join(path, STANDARD))])
  if (legacy !== null) {
    const conf = parseFlinkConf(legacyPath, legacy)
    if (standard !== null)
      conf.warnings.push(`${path} holds both ${LEGACY} and ${STANDARD}; Flink 1.19 and 1.20 read the first, Flink 2 the second.`)
    return conf
  }
  if (standard === null)
    throw usageError(
      `${path} holds neither ${STANDARD} nor ${LEGACY}.`,
      'Point flinkConf or FLINK_CONF_DIR to the conf directory of Flink.',
    )
  return parseFlinkConf(join(path, STANDARD), standard)
}

/** Parses by the rules that Flink uses for a file of this name. */
export function parseFlinkConf(path: string, text: string): FlinkConf {
  return confOf(path, basename(path) === LEGACY ? parseLegacyConf(path, text) : parseStandardConf(path, text))
}

/** Keeps apart what may be shown and what may not; the last of two entries counts. */
export function confOf(path: string, entries: Iterable<[string, string]>): FlinkConf {
  const conf: FlinkConf = { path, options: new Map(), secrets: new Map(), warnings: [] }
  for (const [key, value] of entries) {
    if (isSensitive(key)) conf.secrets.set(key, new Secret(value))
    else conf.options.set(key, value)
  }
  return conf
}

/** `GlobalConfiguration.SENSITIVE_KEYS`, and the SAS keys that Flink forgets to hide. */
const SENSITIVE = [
  'password',
  'secret',
  'azure.account.key',
  'apikey',
  'api-key',
  'auth-params',
  'service-key',
  'token',
  'basic-auth',
  'jaas.config',
  'http-headers',
  'azure.sas',
]
const HARMLESS = /\.(keyprovider|provider\.type|token\.file)\b/

function isSensitive(key: string): boolean {
  const lower = key.toLowerCase()
  return !HARMLESS.test(lower) && SENSITIVE.some((part) => lower.includes(part))
}
