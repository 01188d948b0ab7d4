import { EXIT, FlinkopsError } from '../errors.js'

/**
 * Reading an answer field by field. Which job, which status: an answer without that is no Flink answer and an error, so that a
 * listing is never silently empty. Everything else may be missing, `-1` (unset), or `"NaN"` (how Jackson writes a non-finite double).
 */

export type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object in `key`, or an empty one. */
export function fieldsOf(fields: Fields, key: string): Fields {
  const value = fields[key]
  return isFields(value) ? value : {}
}

/** The objects of the list in `key`; none when it is missing. */
export function listOf(fields: Fields, key: string): Fields[] {
  const value = fields[key]
  return Array.isArray(value) ? value.filter(isFields) : []
}

export function textOf(fields: Fields, key: string): string | null {
  const value = fields[key]
  return typeof value === 'string' ? value : null
}

export function flagOf(fields: Fields, key: string): boolean | null {
  const value = fields[key]
  return typeof value === 'boolean' ? value : null
}

/** A finite number, also when written as text; `"NaN"` and everything else is `null`. */
export function numberOf(fields: Fields, key: string): number | null {
  const value = fields[key]
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** The last moment that a `Date` can be (year 275,760); no size or duration of Flink is near it. */
const LATEST_MS = 8.64e15

/** A time, size or duration: Flink's -1 means "not yet" or "unknown". */
export function measureOf(fields: Fields, key: string): number | null {
  const value = numberOf(fields, key)
  return value === null || value < 0 || value > LATEST_MS ? null : value
}

export function requireFields(value: unknown, what: string): Fields {
  if (!isFields(value)) throw notFlink(what)
  return value
}

export function requireText(fields: Fields, key: string, what: string): string {
  const value = textOf(fields, key)
  if (value === null) throw notFlink(`${what} without "${key}"`)
  return value
}

const ID = /^[0-9a-f]{32}$/

/** An id of a job, a vertex or an operation as Flink writes it (`AbstractID.toHexString`); it is printed for `xargs`, and goes into paths. */
export function requireId(fields: Fields, key: string, what: string): string {
  const id = requireText(fields, key, what)
  if (!ID.test(id)) throw notFlink(`${what} whose "${key}" is no id of 32 hex digits`)
  return id
}

/** A handle of the SQL Gateway, a UUID so far: one segment of a path, and no step up. */
export function requireHandle(fields: Fields, key: string, what: string): string {
  const handle = requireText(fields, key, what)
  if (!/^\w[\w.-]{0,99}$/.test(handle)) throw notFlink(`${what} whose "${key}" is no handle`)
  return handle
}

/** The list in `key`, every element an object; anything else would make a listing look shorter than it is. */
export function requireList(fields: Fields, key: string, what: string): Fields[] {
  const value = fields[key]
  if (!Array.isArray(value) || !value.every(isFields)) throw notFlink(`${what} without "${key}"`)
  return value
}

/** `errors` of a failed answer: in the last one stands the reason, as a Java stack or a plain line. */
export function parseErrors(body: unknown): string[] {
  const errors = isFields(body) ? body['errors'] : null
  return Array.isArray(errors) ? errors.filter((error) => typeof error === 'string') : []
}

function notFlink(what: string): FlinkopsError {
  return new FlinkopsError(`The answer is JSON but not Flink's: ${what}`, {
    code: 'UNREACHABLE',
    exitCode: EXIT.unreachable,
    suggestions: ['Check that the URL is that of a Flink JobManager or SQL Gateway.'],
  })
}
