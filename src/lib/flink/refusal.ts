import { ANSWER_BYTES } from '../bounds.js'
import { EXIT, FlinkopsError } from '../errors.js'
import type { Secret } from '../secret.js'
import type { Answer, Outcome } from './answer.js'
import { causeOfErrors } from './errors.js'
import { scrub } from './redact.js'

export interface Asked {
  server: 'JobManager' | 'SQL Gateway'
  url: string
  method: string
  path: string
  secrets: Secret[]
  /** Why headers that are set were not sent; `null` = they were, or none are set. */
  withheld: string | null
}

/**
 * Answers the answer when it is Flink's own, also an error of Flink; throws when it is not. The thrown errors carry no `cause`:
 * undici's hold sockets and addresses, and nothing of a request may travel with an error.
 */
export function explain(outcome: Outcome, asked: Asked): Answer {
  if (outcome.kind === 'lost') throw lost(outcome.error, outcome.timedOutAfterMs, asked)
  if (outcome.kind === 'tooLarge')
    throw unreachable(
      null,
      `The ${asked.server} at ${asked.url} answered more than ${ANSWER_BYTES / 2 ** 20} MiB, which is no answer of Flink`,
      'Check what listens there: the URL is that of something else, or of somebody else.',
    )
  const { answer } = outcome
  const refusal = refusalOf(answer, asked)
  if (refusal !== null) throw refusal
  return { ...answer, errors: answer.errors.map((error) => scrub(error, asked.secrets)) }
}

function refusalOf(answer: Answer, asked: Asked): FlinkopsError | null {
  const { status } = answer
  const at = `The ${asked.server} at ${asked.url}`
  if ([401, 403, 407].includes(status)) {
    return new FlinkopsError(`${at} does not let us in (HTTP ${status})`, {
      code: 'NOT_AUTHORISED',
      exitCode: EXIT.notAuthorised,
      status,
      suggestions: [asked.withheld ?? 'Flink authenticates nobody itself: set the header its proxy wants in FLINK_REST_CLIENT_HEADERS.'],
    })
  }
  // 308 with a Flink error is the JobManager's own word on `mode=stop`
  if (status >= 300 && status < 400 && !(answer.format === 'json' && answer.errors.length > 0)) {
    const where = answer.redirectOrigin === null ? '' : ` to ${answer.redirectOrigin}`
    return unreachable(
      status,
      `${at} redirects${where} (HTTP ${status})`,
      "Redirects are not followed: use the final URL, or pass the proxy's login by header.",
    )
  }
  return [502, 503, 504].includes(status) ? notReady(at, answer, asked.secrets) : notFlink(at, answer, asked.method)
}

function notReady(at: string, { status, format, errors }: Answer, secrets: Secret[]): FlinkopsError {
  const reason = format === 'html' ? 'a proxy cannot reach it' : causeOfErrors(errors.map((error) => scrub(error, secrets)))
  const wait = 'Wait until it is up, then run the same command again.'
  return unreachable(status, `${at} is not ready (HTTP ${status}): ${reason}`, wait)
}

/** What only a proxy answers; `null` = it is Flink's own. */
function notFlink(at: string, { status, format }: Answer, method: string): FlinkopsError | null {
  if (status === 413) return tooLarge(at)
  if (status === 405 || status === 501)
    return unreachable(
      status,
      `${at}, or a proxy before it, takes no ${method} there (HTTP ${status})`,
      'Use a URL that passes it: the web proxy of YARN, for one, passes GET alone.',
    )
  if (format === 'html') return unreachable(status, htmlWords(at, status), 'Check the URL and its path prefix.')
  if (format === 'text' && status < 400)
    return unreachable(status, `${at} answered neither JSON nor HTML`, 'Check the URL and its path prefix.')
  return null
}

function htmlWords(at: string, status: number): string {
  if (status < 400) return `${at} answered HTML, not JSON: is this a proxy's login page?`
  return `${at} answered HTML, not JSON (HTTP ${status}): it comes from a proxy before it`
}

function tooLarge(at: string): FlinkopsError {
  return new FlinkopsError(`${at}, or a proxy before it, takes no request of this size (HTTP 413)`, {
    code: 'UPLOAD_TOO_LARGE',
    exitCode: EXIT.failedOnCluster,
    status: 413,
    suggestions: ["Raise the proxy's body size limit (nginx: client_max_body_size), or use a URL that goes around it."],
  })
}

function unreachable(status: number | null, message: string, ...suggestions: string[]): FlinkopsError {
  return new FlinkopsError(message, {
    code: 'UNREACHABLE',
    exitCode: EXIT.unreachable,
    suggestions,
    ...(status !== null && { status }),
  })
}

function lost(error: unknown, timedOutAfterMs: number | null, asked: Asked): FlinkopsError {
  const why = timedOutAfterMs === null ? reasonOf(error, asked) : `no answer within ${timedOutAfterMs / 1000} s`
  return unreachable(
    null,
    `Cannot reach the ${asked.server} at ${asked.url}: ${why}`,
    'Check that it runs and that the address and port are right.',
  )
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ETIMEDOUT: 'no connection in time',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
}

function reasonOf(error: unknown, asked: Asked): string {
  if (!(error instanceof Error)) return 'the request failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return REASONS[code] ?? scrub(code === '' ? error.message : `${error.message} (${code})`, asked.secrets)
}
