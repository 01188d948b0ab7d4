import { usageError } from '../errors.js'
import { Secret } from '../secret.js'
import { type Environment, variable } from './environment.js'

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
