import type { BlobVersion, DeleteOutcome } from '../ports-erase.js'
import { quoted } from './blob.js'
import { faultOf } from './errors.js'
import { type Judgement, judge } from './judgement.js'
import { statBlob } from './read.js'
import { request, type Target } from './target.js'

const DELETE_DEADLINE_MS = 60_000

type Judged = Exclude<Judgement, { state: 'refused' }>

/** Deletes one blob by a request of its own. Never throws: what makes going on pointless is `hopeless`. */
export async function deleteOne(target: Target, blob: BlobVersion, signal: AbortSignal): Promise<DeleteOutcome> {
  const action = `delete ${blob.name}`
  try {
    const judged = await request(target, { action, signal, deadlineMs: DELETE_DEADLINE_MS, isWriting: true }, (abortSignal) =>
      attemptDelete(target, blob, abortSignal),
    )
    return await settled(target, blob, judged, signal)
  } catch (error) {
    return { state: 'hopeless', error }
  }
}

async function attemptDelete(target: Target, { name, etag }: BlobVersion, abortSignal: AbortSignal): Promise<Judged> {
  try {
    const answer = await target.client.getBlobClient(name).delete({ conditions: { ifMatch: quoted(etag) }, abortSignal })
    return judged({ status: answer._response.status, permanent: answer._response.headers.get('x-ms-delete-type-permanent') })
  } catch (error) {
    const { status, code } = faultOf(error)
    if (status === null) throw error
    return judged({ status, code }, error)
  }
}

function judged(answer: { status: number; code?: string | null; permanent?: string | undefined }, error?: unknown): Judged {
  const { status, code = null, permanent = null } = answer
  const found = judge({ status, code, permanent, retryAfter: null })
  if (found.state === 'refused') throw error ?? new Error(`the service answered ${status}`)
  return found
}

/** What a 412 came from, a look tells. */
export async function settled(target: Target, blob: BlobVersion, judgement: Judged, signal: AbortSignal): Promise<DeleteOutcome> {
  if (judgement.state !== 'unclear') return judgement
  const found = await statBlob(target, { name: blob.name, signal })
  if (!found) return { state: 'gone' }
  return found.etag === blob.etag ? { state: 'failed', code: judgement.code } : { state: 'changed' }
}
