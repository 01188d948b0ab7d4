import { usageError } from '../errors.js'
import { type Environment, variable } from './environment.js'
import type { FileContext } from './file-context.js'
import { firstSet, type Setting } from './settings.js'
import { isLoopback, parseBaseUrl, toUrl } from './url.js'

const DEFAULT_JOB_MANAGER = 'http://localhost:8081'
const GATEWAY_PORT = '8083'

/**
 * The clusters. A flag or the environment choose the one that commands talk to; the other clusters of the context stay behind it, since
 * they still write to the same roots and a clean-up has to ask them too.
 */
export function jobManagers(flag: string | undefined, env: Environment, context: FileContext | null): Setting<string[]> {
  const chosen = given(flag, 'flag --jobmanager') ?? given(variable(env, 'FLINKOPS_JOBMANAGER')?.value, 'FLINKOPS_JOBMANAGER')
  const listed = context?.jobManagers ?? null
  if (!chosen) return firstSet([listed], [DEFAULT_JOB_MANAGER])
  const others = listed?.value.filter((url) => url !== chosen.value) ?? []
  const source = others.length > 0 && listed ? `${chosen.source}, others from ${listed.source}` : chosen.source
  return { value: [chosen.value, ...others], source }
}

/** The SQL Gateway; without a setting it is looked for beside a JobManager on this machine, and nowhere else. */
export function sqlGateway(
  flag: string | undefined,
  env: Environment,
  context: FileContext | null,
  jobManager: string,
): Setting<string | null> {
  const chosen = given(flag, 'flag --sql-gateway') ?? given(variable(env, 'FLINKOPS_SQL_GATEWAY')?.value, 'FLINKOPS_SQL_GATEWAY')
  return firstSet<string | null>([chosen, context?.sqlGateway ?? null], besideLocal(jobManager))
}

function besideLocal(jobManager: string): string | null {
  const url = toUrl(jobManager)
  return url && isLoopback(jobManager) ? `${url.protocol}//${url.hostname}:${GATEWAY_PORT}` : null
}

function given(text: string | undefined, source: string): Setting<string> | null {
  if (text === undefined) return null
  const result = parseBaseUrl(text)
  if (!result.ok) throw usageError(`The URL of ${source.replace('flag ', '')} ${result.problem}.`, 'Write it as http://host:8081.')
  return { value: result.url, source }
}
