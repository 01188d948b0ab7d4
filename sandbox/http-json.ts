/** The sandbox's own small view of HTTP: it must not lean on the code that it is there to try out. */

/** Running a jar includes its `main`, which on a busy machine takes its time. */
const TIMEOUT_MS = 60_000

/** Sends a request and answers the parsed body; rejects with the reason in the body on any status but 2xx. */
export async function requestJson(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init })
  const text = await response.text()
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url}: HTTP ${response.status} ${reasonIn(text)}`)
  return text === '' ? null : JSON.parse(text)
}

/** The innermost cause of a Java stack; of anything else, its beginning. */
function reasonIn(text: string): string {
  const causes = [...text.matchAll(/Caused by: (.*?)\\n/g)].map(([, cause]) => cause)
  return causes.at(-1) ?? text.slice(0, 2_000)
}

/** POSTs a JSON body. */
export function postJson(url: string, body: unknown): Promise<unknown> {
  return requestJson(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

/** Walks down a parsed body; undefined where the way ends. */
export function at(body: unknown, ...path: (string | number)[]): unknown {
  let value = body
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string | number, unknown>)[key]
  }
  return value
}

/** Like `at`, for a text that has to be there. */
export function textAt(body: unknown, ...path: (string | number)[]): string {
  const value = at(body, ...path)
  if (typeof value !== 'string') throw new Error(`No text at ${path.join('.')} in ${JSON.stringify(body).slice(0, 300)}`)
  return value
}

/** Like `at`, for a number that has to be there. */
export function numberAt(body: unknown, ...path: (string | number)[]): number {
  const value = at(body, ...path)
  if (typeof value !== 'number') throw new Error(`No number at ${path.join('.')} in ${JSON.stringify(body).slice(0, 300)}`)
  return value
}
