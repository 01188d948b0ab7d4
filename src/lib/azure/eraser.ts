import type { ContainerEraser, DeleteOutcome } from '../ports-erase.js'
import { quoted } from './blob.js'
import { faultOf, type ServiceFault } from './errors.js'
import { isGone, statBlob } from './read.js'
import { request, type Target } from './target.js'

const DELETE_DEADLINE_MS = 60_000
const BUSY = new Set([408, 429, 500, 502, 503, 504])

/** Deletes single blobs. Throws when the whole account cannot be used (not authorised, unreachable): going on would be pointless. */
export function containerEraser(target: Target): ContainerEraser {
  return {
    account: target.account,
    container: target.container,
    delete: (options) => deleteBlob(target, options),
  }
}

async function deleteBlob(target: Target, options: { name: string; etag: string; signal: AbortSignal }): Promise<DeleteOutcome> {
  const { name, etag, signal } = options
  const fault = await request(
    target,
    { action: `delete ${name}`, signal, deadlineMs: DELETE_DEADLINE_MS, isWriting: true },
    (abortSignal) => attemptDelete(target, name, etag, abortSignal),
  )
  return 'state' in fault ? fault : resolveRefusal(target, fault, options)
}

async function attemptDelete(target: Target, name: string, etag: string, abortSignal: AbortSignal): Promise<DeleteOutcome | ServiceFault> {
  try {
    const answer = await target.client.getBlobClient(name).delete({ conditions: { ifMatch: quoted(etag) }, abortSignal })
    return { state: 'deleted', permanent: permanence(answer._response.headers.get('x-ms-delete-type-permanent')) }
  } catch (error) {
    const fault = faultOf(error)
    if (isGone(error)) return { state: 'gone' }
    if (fault.status !== null && BUSY.has(fault.status)) return { state: 'busy' }
    if (fault.status === 412 || fault.status === 409) return fault
    throw error
  }
}

/** Azurite, and after a lost answer the service, say 412 of a blob that is gone: a HEAD tells. */
async function resolveRefusal(
  target: Target,
  fault: ServiceFault,
  options: { name: string; etag: string; signal: AbortSignal },
): Promise<DeleteOutcome> {
  const code = fault.code ?? `HTTP ${fault.status}`
  if (fault.status !== 412 || code.startsWith('Lease')) return { state: 'failed', code }
  const blob = await statBlob(target, options)
  if (!blob) return { state: 'gone' }
  return blob.etag === options.etag ? { state: 'failed', code } : { state: 'changed' }
}

/** `false`: soft-deleted, can be undeleted. `null`: the service does not say. */
function permanence(header: string | undefined): boolean | null {
  return header === undefined ? null : header.toLowerCase() === 'true'
}
