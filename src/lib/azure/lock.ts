import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { BlobLeaseClient, BlockBlobClient } from '@azure/storage-blob'
import { EXIT, FlinkopsError } from '../errors.js'
import type { HeldLock } from '../ports-lock.js'
import { faultOf } from './errors.js'
import { holdLease, type LeaseTimes } from './lease.js'
import { formatOwner, type LockOwner, lockedBy, parseOwner } from './lock-owner.js'
import { readBlob } from './read.js'
import { request, type Target } from './target.js'

export const LOCK_NAME = '_flinkops/cleanup.lock'

/** A lease of 60 s is renewed every 20 s: two renewals may fail before it runs out. */
const TIMES: LeaseTimes = { leaseMs: 60_000, renewMs: 20_000 }

interface LockOptions {
  runId: string
  signal: AbortSignal
  times?: LeaseTimes
}

/** Leases the container's lock blob, after creating it if need be, and writes into it who holds it. */
export async function acquireLock(target: Target, { runId, signal, times = TIMES }: LockOptions): Promise<HeldLock> {
  const blob = target.client.getBlockBlobClient(LOCK_NAME)
  const owner = formatOwner({ host: hostname(), pid: process.pid, startedAt: new Date().toISOString(), runId })
  await onLock(target, signal, (abortSignal) => createIfAbsent(blob, owner, abortSignal))
  // A lease id of our own choice makes a repeated request harmless.
  const lease = blob.getBlobLeaseClient(randomUUID())
  const isOurs = await onLock(target, signal, (abortSignal) => take(lease, times, abortSignal))
  if (!isOurs) throw lockedError(target, await ownerOf(target, signal), times.leaseMs)
  const held = holdLease(target, lease, times)
  try {
    await onLock(target, signal, (abortSignal) => writeOwner(blob, owner, { leaseId: lease.leaseId }, abortSignal))
    return held
  } catch (error) {
    await held.release()
    throw error
  }
}

function onLock<T>(target: Target, signal: AbortSignal, run: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  return request(target, { action: `lock ${LOCK_NAME}`, signal, deadlineMs: 30_000, isWriting: true }, run)
}

async function createIfAbsent(blob: BlockBlobClient, owner: string, abortSignal: AbortSignal): Promise<void> {
  try {
    await writeOwner(blob, owner, { ifNoneMatch: '*' }, abortSignal)
  } catch (error) {
    // 409: it is there; 412: it is there and leased.
    const { code, status } = faultOf(error)
    if (!(status === 409 && code === 'BlobAlreadyExists') && status !== 412) throw error
  }
}

async function take(lease: BlobLeaseClient, times: LeaseTimes, abortSignal: AbortSignal): Promise<boolean> {
  try {
    await lease.acquireLease(times.leaseMs / 1000, { abortSignal })
    return true
  } catch (error) {
    const { code, status } = faultOf(error)
    if (status === 409 && code?.startsWith('Lease')) return false
    throw error
  }
}

async function writeOwner(
  blob: BlockBlobClient,
  owner: string,
  conditions: { leaseId?: string; ifNoneMatch?: string },
  abortSignal: AbortSignal,
): Promise<void> {
  const blobHTTPHeaders = { blobContentType: 'application/json' }
  await blob.upload(owner, Buffer.byteLength(owner), { conditions, blobHTTPHeaders, abortSignal })
}

async function ownerOf(target: Target, signal: AbortSignal): Promise<LockOwner | null> {
  const content = await readBlob(target, { name: LOCK_NAME, signal })
  return content.state === 'read' ? parseOwner(Buffer.from(content.bytes).toString('utf8')) : null
}

/** How long a lease still runs the service does not say; one that nobody renews ends within its length from now. */
function lockedError({ account, container }: Target, owner: LockOwner | null, leaseMs: number): FlinkopsError {
  const freeBy = new Date(Date.now() + leaseMs).toISOString()
  return new FlinkopsError(`Another clean-up holds the lock on ${account}/${container}: ${lockedBy(owner)}.`, {
    code: 'LOCKED',
    exitCode: EXIT.locked,
    suggestions: [`Wait for it to end. If that process has died, the lock is free again by ${freeBy} at the latest.`],
  })
}
