import { usageError } from '../errors.js'
import { Secret } from '../secret.js'
import { withoutTail } from '../tail.js'

export interface BaseUrl {
  /** Without credentials, query and trailing slash; a path prefix is kept (ingress sub-paths, `rest.url-prefix`). */
  url: string
  /** From `user:password@` of the URL. */
  login: { authorization: Secret; password: Secret } | null
}

/** Splits credentials off a JobManager or gateway URL, so that it can be shown. */
export function parseBaseUrl(text: string): BaseUrl {
  const parsed = URL.canParse(text) ? new URL(text) : null
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw usageError('The Flink address is not an http or https URL', 'Write it as http://host:8081.')
  }
  const login = parsed.username === '' ? null : loginOf(parsed)
  return { url: `${parsed.protocol}//${parsed.host}${withoutTail(parsed.pathname, /\//)}`, login }
}

function loginOf(url: URL): { authorization: Secret; password: Secret } {
  const password = decodeURIComponent(url.password)
  const pair = Buffer.from(`${decodeURIComponent(url.username)}:${password}`)
  return { authorization: new Secret(`Basic ${pair.toString('base64')}`), password: new Secret(password) }
}
