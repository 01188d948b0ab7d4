import { usageError } from '../errors.js'
import { Secret } from '../secret.js'
import { type Environment, variable } from './environment.js'
import { isLoopback, parseBaseUrl, toUrl } from './url.js'

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** `FLINK_REST_CLIENT_HEADERS` as Flink 1.19+ reads it: one `name:value` a line (`ConfigConstants.FLINK_REST_CLIENT_HEADERS`). */
export function restHeaders(env: Environment): Map<string, Secret> {
  const headers = new Map<string, Secret>()
  const lines = variable(env, 'FLINK_REST_CLIENT_HEADERS')?.value.split(/\r?\n/) ?? []
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const at = line.indexOf(':')
    const name = line.slice(0, Math.max(at, 0)).trim()
    if (!NAME.test(name)) throw usageError(`FLINK_REST_CLIENT_HEADERS line ${index + 1} is not name:value.`)
    headers.set(name, new Secret(line.slice(at + 1).trim()))
  }
  return headers
}

/** What goes with requests to a URL, and why the headers that are set do not; `null` = they do, or there are none. */
export type HeadersFor = (url: string) => { headers: Map<string, Secret>; withheld: string | null }

/**
 * Binds headers to origins: those of the JobManager that commands talk to, of the SQL Gateway, and of `FLINKOPS_HEADERS_TO` (base URLs,
 * separated by spaces). And only where nobody on the way can read them: https, or this machine.
 */
export function headersBy(input: {
  headers: Map<string, Secret>
  jobManager: string | undefined
  sqlGateway: string | null
  env: Environment
}): HeadersFor {
  const { headers, jobManager, sqlGateway, env } = input
  const origins = new Set([jobManager, sqlGateway, ...alsoTo(env)].map((url) => toUrl(url ?? '')?.origin))
  return (url) => {
    if (headers.size === 0) return { headers, withheld: null }
    const why = origins.has(toUrl(url)?.origin) ? exposed(url) : OTHER
    return why === null
      ? { headers, withheld: null }
      : { headers: new Map(), withheld: `${url} is asked without FLINK_REST_CLIENT_HEADERS: ${why}` }
  }
}

const OTHER = 'they go to the JobManager that commands talk to, to the SQL Gateway, and where FLINKOPS_HEADERS_TO names it.'

function exposed(url: string): string | null {
  if (url.startsWith('https:') || isLoopback(url)) return null
  return 'over http, whoever is on the way reads them. Use https, or a port-forward to this machine.'
}

function alsoTo(env: Environment): string[] {
  const texts = variable(env, 'FLINKOPS_HEADERS_TO')?.value.split(/\s+/) ?? []
  return texts.map((text) => {
    const result = parseBaseUrl(text)
    if (!result.ok) throw usageError(`A URL of FLINKOPS_HEADERS_TO ${result.problem}.`, 'Write it as https://host:8081.')
    return result.url
  })
}
