import { randomUUID } from 'node:crypto'
import type { PipelineResponse } from '@azure/core-rest-pipeline'
import type { BlobVersion, DeleteOutcome } from '../ports-erase.js'
import { batchBody } from './batch-request.js'
import { parseBatchAnswer } from './batch-response.js'
import { type ServiceFault, storageError } from './errors.js'
import { busy, type DeleteAnswer, isBusy } from './judgement.js'
import { attemptOf, request, type Target } from './target.js'
import type { Wire } from './wire.js'

const BATCH_DEADLINE_MS = 120_000

/** `turnedDown`: the service does not do batches here; nothing was deleted by this one. */
export type BatchAnswer =
  | { state: 'parts'; parts: (DeleteAnswer | null)[] }
  | { state: 'busy'; busy: Extract<DeleteOutcome, { state: 'busy' }> }
  | { state: 'turnedDown' }

export interface BatchOptions {
  blobs: readonly BlobVersion[]
  /** Cuts the request off. */
  signal: AbortSignal
  /** Whether it may still be sent once more. */
  mayRepeat: () => boolean
}

/**
 * Sends one batch. Repeated once, at once, when no answer came: a kept-alive connection may close just when it is used again, and a second
 * delete of the same version harms nothing. Throws when no answer comes, or when the caller is not let in.
 */
export async function sendBatch(target: Target, wire: Wire, { blobs, signal, mayRepeat }: BatchOptions): Promise<BatchAnswer> {
  const action = `delete ${blobs[0]?.name ?? 'nothing'} and others`
  return request(target, { action, signal, deadlineMs: BATCH_DEADLINE_MS, isWriting: true }, async (abortSignal) => {
    const auth = await wire.partAuth(abortSignal)
    const boundary = `batch_${randomUUID()}`
    const { containerPath, sas } = wire
    const body = batchBody({ boundary, containerPath, sas, date: new Date().toUTCString(), auth, blobs })
    const post = () => wire.postBatch({ contentType: `multipart/mixed; boundary=${boundary}`, body, signal: abortSignal })
    const answer = await post().catch((error: unknown) => (mayRepeat() && !abortSignal.aborted ? post() : Promise.reject(error)))
    const judged = judgeBatch(answer, blobs.length)
    if (!('fault' in judged)) return judged
    const { status, code } = judged.fault
    throw storageError({ statusCode: status, code }, attemptOf(target, action, true), signal)
  })
}

function judgeBatch(answer: PipelineResponse, sent: number): BatchAnswer | { fault: ServiceFault } {
  const { status, headers } = answer
  if (status >= 200 && status < 300)
    return { state: 'parts', parts: parseBatchAnswer(headers.get('content-type') ?? null, answer.bodyAsText ?? '', sent) }
  if (isBusy(status)) return { state: 'busy', busy: busy(headers.get('retry-after') ?? null) }
  const code = headers.get('x-ms-error-code') ?? null
  const isFinal = status === 401 || status === 403 || code === 'ContainerNotFound' || code === 'ContainerBeingDeleted'
  return isFinal ? { fault: { code, status } } : { state: 'turnedDown' }
}
