import { withoutTail } from '../tail.js'

/** A URL, or `null`; without the parser's exception, whose message and properties repeat the text. */
export function toUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

/** Whether a URL leads to this machine, without a word of a name service. */
export function isLoopback(text: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(toUrl(text)?.hostname ?? '')
}

export type UrlResult = { ok: true; url: string } | { ok: false; problem: string }

/** An http(s) base URL without trailing slash. User names, passwords and queries are refused: base URLs are printed. */
export function parseBaseUrl(text: string): UrlResult {
  const url = toUrl(text)
  if (!url || !/^https?:$/.test(url.protocol)) return { ok: false, problem: 'is not an http or https URL' }
  if (url.username || url.password) return { ok: false, problem: 'must not hold a user name or password; use FLINK_REST_CLIENT_HEADERS' }
  if (url.search || url.hash) return { ok: false, problem: 'must not have a query or a fragment' }
  return { ok: true, url: `${url.origin}${withoutTail(url.pathname, /\//)}` }
}
