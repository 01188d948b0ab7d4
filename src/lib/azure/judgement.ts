import type { DeleteOutcome } from '../ports-erase.js'

/** What the service said to one delete: the status and headers of a request of its own, or of a part of a batch. */
export interface DeleteAnswer {
  status: number
  /** `x-ms-error-code`. */
  code: string | null
  /** `x-ms-delete-type-permanent`. */
  permanent: string | null
  /** `Retry-After`. */
  retryAfter: string | null
}

/** `unclear`: 412, which may mean changed or gone. `refused`: nothing that has to do with this one blob. */
export type Judgement = Exclude<DeleteOutcome, { state: 'hopeless' }> | { state: 'unclear'; code: string } | { state: 'refused' }

/** 404 codes of the service that mean "no such blob". A bare 404, as a proxy gives it, proves nothing. */
const GONE = new Set(['BlobNotFound', 'PathNotFound'])
const BUSY = new Set([408, 429, 500, 502, 503, 504])
const LONGEST_WAIT_MS = 60_000

/** Only 202 is "deleted", the one status that the service documents for it. */
export function judge({ status, code, permanent, retryAfter }: DeleteAnswer): Judgement {
  if (status === 202) return { state: 'deleted', permanent: permanence(permanent) }
  if (isGoneCode(status, code)) return { state: 'gone' }
  if (isBusy(status)) return busy(retryAfter)
  const named = code ?? `HTTP ${status}`
  // Azurite, and after a lost answer the service, say 412 of a blob that is gone.
  if (status === 412 && !named.startsWith('Lease')) return { state: 'unclear', code: named }
  if (status === 412 || status === 409) return { state: 'failed', code: named }
  return { state: 'refused' }
}

export function isGoneCode(status: number | null, code: string | null): boolean {
  return status === 404 && GONE.has(code ?? '')
}

export function isBusy(status: number): boolean {
  return BUSY.has(status)
}

/** Heeds `Retry-After` in seconds, where there is one, up to a minute. */
export function busy(retryAfter: string | null): Extract<DeleteOutcome, { state: 'busy' }> {
  const seconds = retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : null
  return seconds === null ? { state: 'busy' } : { state: 'busy', waitMs: Math.min(seconds * 1000, LONGEST_WAIT_MS) }
}

/** `false`: soft-deleted, can be undeleted. `null`: the service does not say. */
function permanence(header: string | null): boolean | null {
  return header === null ? null : header.toLowerCase() === 'true'
}
