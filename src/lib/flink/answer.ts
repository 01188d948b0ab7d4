import { parseForeignJson } from '../foreign-json.js'
import { cutStack } from './stack.js'
import { parseErrors } from './wire.js'

/** What a server answered, Flink or a proxy before it. */
export interface Answer {
  status: number
  /** Parsed JSON; `undefined` when the answer is something else. */
  body: unknown
  /** `errors` of a Flink error; the first line of a plain-text one. */
  errors: string[]
  format: 'json' | 'html' | 'text'
  /** Origin a redirect points to; the rest may hold secrets. */
  redirectOrigin: string | null
}

export type Outcome =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'lost'; error: unknown; timedOutAfterMs: number | null }
  | { kind: 'tooLarge' }

/** Flink gives one or two, and the reason is in the last. */
const MOST_ERRORS = 10

type Headers = Record<string, string | string[] | undefined>

/** Reads an answer defensively: Netty's pipeline answers plain text, a proxy HTML, some answers are empty. */
export function readAnswer(status: number, headers: Headers, text: string): Answer {
  const body = parseJson(text)
  const format = body !== undefined ? 'json' : isHtml(headers, text) ? 'html' : 'text'
  const errors = format === 'text' ? text.split('\n', 1).filter((line) => line.trim() !== '') : parseErrors(body)
  return { status, body, errors: errors.slice(-MOST_ERRORS).map(cutStack), format, redirectOrigin: originOf(headers['location']) }
}

function parseJson(text: string): unknown {
  try {
    return parseForeignJson(text)
  } catch {
    return undefined
  }
}

function isHtml(headers: Headers, text: string): boolean {
  return String(headers['content-type'] ?? '').includes('html') || /^\s*(?:<!doctype html|<html|<!--)/i.test(text)
}

function originOf(location: string | string[] | undefined): string | null {
  const text = Array.isArray(location) ? location[0] : location
  return text !== undefined && URL.canParse(text) ? new URL(text).origin : null
}
