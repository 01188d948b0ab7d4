import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { BlobLeaseClient, BlockBlobClient } from '@azure/storage-blob'
import { EXIT, FlinkopsError } from '../errors.js'
import type { HeldLock } from '../ports-lock.js'
import { faultOf } from './errors.js'
import { holdLease, type LeaseTimes } from './lease.js'
import { LOCKS, type LockKind } from './lock-kinds.js'
import { formatOwner, type LockOwner, parseOwner } from './lock-owner.js'
import { readBlob } from './read.js'
import { request, type Target } from './target.js'

/** A lease of 60 s is renewed every 20 s: two renewals may fail before it runs out. */
const TIMES: LeaseTimes = { leaseMs: 60_000, renewMs: 20_000 }

interface LockOptions {
  kind?: LockKind
  /** The run, or the command, for whoever is turned away. */
  runId: string
  /** The same id takes up what a process that died held under it; absent = nobody's. */
  leaseId?: string
  signal: AbortSignal
  times?: LeaseTimes
}

/** One lock blob of a container. */
interface Lock {
  target: Target
  kind: LockKind
  signal: AbortSignal
  blob: BlockBlobClient
}

/** Leases the container's lock blob, after creating it if need be, and writes into it who holds it. */
export async function acquireLock(target: Target, options: LockOptions): Promise<HeldLock> {
  const { kind = 'cleanup', runId, leaseId = randomUUID(), signal, times = TIMES } = options
  const blob = target.client.getBlockBlobClient(LOCKS[kind].blob)
  const lock: Lock = { target, kind, signal, blob }
  const owner = formatOwner({ host: hostname(), pid: process.pid, startedAt: new Date().toISOString(), runId })
  await onLock(lock, (abortSignal) => createIfAbsent(blob, owner, abortSignal))
  // A lease id of our own choice makes a repeated request harmless.
  const lease = blob.getBlobLeaseClient(leaseId)
  const isOurs = await onLock(lock, (abortSignal) => take(lease, times, abortSignal))
  if (!isOurs) throw lockedError(lock, await ownerOf(lock), times.leaseMs)
  const held = holdLease(lease, times, () => lostError(lock))
  try {
    await onLock(lock, (abortSignal) => writeOwner(blob, owner, { leaseId: lease.leaseId }, abortSignal))
    return held
  } catch (error) {
    await held.release()
    throw error
  }
}

function onLock<T>({ target, kind, signal }: Lock, run: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  return request(target, { action: `lock ${LOCKS[kind].blob}`, signal, deadlineMs: 30_000, isWriting: true }, run)
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

async function ownerOf({ target, kind, signal }: Lock): Promise<LockOwner | null> {
  const content = await readBlob(target, { name: LOCKS[kind].blob, signal })
  return content.state === 'read' ? parseOwner(Buffer.from(content.bytes).toString('utf8')) : null
}

/** How long a lease still runs the service does not say; one that nobody renews ends within its length from now. */
function lockedError({ target, kind }: Lock, owner: LockOwner | null, leaseMs: number): FlinkopsError {
  const freeBy = new Date(Date.now() + leaseMs).toISOString()
  return new FlinkopsError(LOCKS[kind].held(`${target.account}/${target.container}`, owner), {
    code: 'LOCKED',
    exitCode: EXIT.locked,
    suggestions: [`Wait for it to end. If that process has died, the lock is free again by ${freeBy} at the latest.`],
  })
}

function lostError({ target, kind }: Lock): FlinkopsError {
  return new FlinkopsError(LOCKS[kind].lost(`${target.account}/${target.container}`), {
    code: 'LOCK_LOST',
    exitCode: EXIT.locked,
    suggestions: [LOCKS[kind].afterLost],
  })
}
