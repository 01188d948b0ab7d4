import type { BlobServiceClient } from '@azure/storage-blob'
import { FlinkopsError } from '../errors.js'
import type { ContainerReader, DeletionProtection } from '../ports.js'
import { faultOf } from './errors.js'
import { listBlobs, listLevel } from './list.js'
import { readBlob, statBlob } from './read.js'
import { type ListTarget, request, type Target } from './target.js'

/** A reader of one container. */
export function containerReader(target: ListTarget, service: BlobServiceClient, pageSize: number): ContainerReader {
  return {
    account: target.account,
    container: target.container,
    list: (options) => listBlobs(target, { ...options, pageSize }),
    level: (options) => listLevel(target, { ...options, pageSize }),
    read: (options) => readBlob(target, options),
    stat: (options) => statBlob(target, options),
    exists: ({ signal }) => containerExists(target, signal),
    protection: ({ signal }) => protection(target, service, signal),
  }
}

/** Asked by a listing of one: a service SAS may list but not read the container's properties. */
async function containerExists(target: ListTarget, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const _ of listBlobs(target, { signal, pageSize: 1 })) return true
    return true
  } catch (error) {
    if (error instanceof FlinkopsError && error.code === 'CONTAINER_NOT_FOUND') return false
    throw error
  }
}

/** Soft delete, from the service's properties; a SAS or a data role that may not read those gives `null`. */
async function protection(target: Target, service: BlobServiceClient, signal: AbortSignal): Promise<DeletionProtection> {
  return request(target, { action: 'read the properties of the account', signal }, async (abortSignal) => {
    try {
      const { deleteRetentionPolicy: policy } = await service.getProperties({ abortSignal })
      return { softDeleteDays: policy ? (policy.enabled ? (policy.days ?? null) : 0) : null }
    } catch (error) {
      const { status } = faultOf(error)
      if (status === 401 || status === 403) return { softDeleteDays: null }
      throw error
    }
  })
}
