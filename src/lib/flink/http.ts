import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, type FormData, request } from 'undici'
import { ANSWER_BYTES } from '../bounds.js'
import { gather } from '../gather.js'
import type { Secret } from '../secret.js'
import { type Answer, type Outcome, readAnswer } from './answer.js'
import { parseBaseUrl } from './base-url.js'
import { createDispatcher, type RouteOptions } from './dispatcher.js'
import { explain } from './refusal.js'

export interface HttpOptions extends RouteOptions {
  /** Base URL; a path prefix is kept. */
  url: string
  /** As in `FLINK_REST_CLIENT_HEADERS`; never shown. */
  headers?: Map<string, Secret>
  /** Why there are headers that do not go there, for whom is not let in. */
  withheld?: string | null
  /** Deadline of one attempt. */
  requestTimeoutMs?: number
  /** How long to go on after lost connections and 502/503/504. Short, so that a refused connection is told at once. */
  patienceMs?: number
  /** What answers there, for messages. */
  server: 'JobManager' | 'SQL Gateway'
}

interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below the base URL, with its leading slash. */
  path: string
  body?: unknown
  form?: FormData
  /** Whether a second request does no harm; a GET always is. */
  repeatable?: boolean
  timeoutMs?: number
  signal: AbortSignal
}

/** Answers what Flink answered, success or not; throws when Flink was not reached or did not answer itself. */
export interface Http {
  readonly url: string
  send(request: HttpRequest): Promise<Answer>
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 3000

export function createHttp(options: HttpOptions): Http {
  const { url, login } = parseBaseUrl(options.url)
  const extra = new Map(options.headers)
  if (login !== null && !hasHeader(extra, 'authorization')) extra.set('authorization', login.authorization)
  const secrets = [...extra.values(), ...(login === null ? [] : [login.password])]
  const dispatcher = createDispatcher(options)
  const { server, withheld = null, requestTimeoutMs = 20_000, patienceMs = 4000 } = options

  /** One attempt: an answer, or what came in its place. */
  async function attempt(wanted: HttpRequest): Promise<Outcome> {
    const timeoutMs = wanted.timeoutMs ?? requestTimeoutMs
    const deadline = AbortSignal.timeout(timeoutMs)
    try {
      const response = await request(`${url}${wanted.path}`, {
        method: wanted.method,
        headers: headersOf(wanted, extra),
        body: wanted.form ?? (wanted.body === undefined ? null : JSON.stringify(wanted.body)),
        signal: AbortSignal.any([wanted.signal, deadline]),
        headersTimeout: 0,
        bodyTimeout: 0,
        ...(dispatcher && { dispatcher }),
      })
      const text = await textOf(response)
      return text === null ? { kind: 'tooLarge' } : { kind: 'answer', answer: readAnswer(response.statusCode, response.headers, text) }
    } catch (error) {
      wanted.signal.throwIfAborted()
      return { kind: 'lost', error, timedOutAfterMs: deadline.aborted ? timeoutMs : null }
    }
  }

  async function send(wanted: HttpRequest): Promise<Answer> {
    const startedAt = performance.now()
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      wanted.signal.throwIfAborted()
      const outcome = await attempt(wanted)
      const mayRepeat = (wanted.repeatable ?? wanted.method === 'GET') && performance.now() - startedAt + pauseMs <= patienceMs
      if (!(mayRepeat && isPassing(outcome)))
        return explain(outcome, { server, url, method: wanted.method, path: wanted.path, secrets, withheld })
      await pause(pauseMs, wanted.signal)
    }
  }

  return { url, send }
}

/**
 * Whether trying again may help. 502, 503 and 504 come from a proxy or a JobManager without leader; 1.15 answers 500 where later
 * versions answer 503. The rescaling endpoint, whose 503 lasts for ever, is not used.
 */
function isPassing(outcome: Outcome): boolean {
  if (outcome.kind === 'tooLarge') return false
  if (outcome.kind === 'lost') return true
  const { status, errors } = outcome.answer
  return [502, 503, 504].includes(status) || (status === 500 && errors.some((error) => error.includes('has not been started yet')))
}

/** The whole body; `null` where it is longer than any answer of Flink, which is then not read on. */
async function textOf({ headers, body }: Dispatcher.ResponseData): Promise<string | null> {
  if (Number(headers['content-length'] ?? 0) > ANSWER_BYTES) {
    body.on('error', () => undefined).destroy()
    return null
  }
  return (await gather(body, { most: ANSWER_BYTES }))?.toString('utf8') ?? null
}

function headersOf(wanted: HttpRequest, extra: Map<string, Secret>): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (wanted.body !== undefined) headers['content-type'] = 'application/json'
  for (const [name, secret] of extra) headers[name.toLowerCase()] = secret.reveal()
  return headers
}

function hasHeader(headers: Map<string, Secret>, name: string): boolean {
  return [...headers.keys()].some((key) => key.toLowerCase() === name)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}
