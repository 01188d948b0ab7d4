import { setTimeout as pause } from 'node:timers/promises'
import type { BlobLeaseClient } from '@azure/storage-blob'
import type { FlinkopsError } from '../errors.js'
import type { HeldLock } from '../ports-lock.js'
import { withDeadline } from './deadline.js'
import { faultOf } from './errors.js'

export interface LeaseTimes {
  leaseMs: number
  renewMs: number
}

const RENEW_DEADLINE_MS = 10_000
/** Held to be lost this much before the service frees it, so that a deletion under way can end. */
const MARGIN_MS = 5000

/** Keeps an acquired lease until it is released; `lost` aborts when it can no longer be relied on. */
export function holdLease(lease: BlobLeaseClient, times: LeaseTimes, lostError: () => FlinkopsError): HeldLock {
  const lost = new AbortController()
  const released = new AbortController()
  const renewing = keepRenewing(lease, times, released.signal).then((isLost) => {
    if (isLost) lost.abort(lostError())
  })
  return {
    lost: lost.signal,
    release: async () => {
      released.abort()
      await renewing
      await giveBack(lease)
    },
  }
}

/** Renews until released (answers `false`), or until the lease is lost (answers `true`). */
async function keepRenewing(lease: BlobLeaseClient, times: LeaseTimes, released: AbortSignal): Promise<boolean> {
  let heldUntil = performance.now() + times.leaseMs - MARGIN_MS
  let waitMs = times.renewMs
  while (!released.aborted) {
    await pause(waitMs, undefined, { signal: released, ref: false }).catch(() => null)
    if (released.aborted) break
    const startedAt = performance.now()
    const result = await renew(lease, Math.min(RENEW_DEADLINE_MS, heldUntil - startedAt), released)
    if (released.aborted) break
    if (result === 'renewed') heldUntil = startedAt + times.leaseMs - MARGIN_MS
    else if (result === 'lost' || performance.now() >= heldUntil) return true
    waitMs = result === 'renewed' ? times.renewMs : Math.min(times.renewMs / 4, Math.max(0, heldUntil - performance.now()))
  }
  return false
}

async function renew(lease: BlobLeaseClient, deadlineMs: number, signal: AbortSignal): Promise<'renewed' | 'lost' | 'unknown'> {
  try {
    await withDeadline({ signal, deadlineMs: Math.max(1, deadlineMs), what: 'renew the lock' }, (abortSignal) =>
      lease.renewLease({ abortSignal }),
    )
    return 'renewed'
  } catch (error) {
    const { status } = faultOf(error)
    return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'lost' : 'unknown'
  }
}

/** A lease that cannot be given back runs out by itself. */
async function giveBack(lease: BlobLeaseClient): Promise<void> {
  const signal = AbortSignal.timeout(RENEW_DEADLINE_MS)
  await withDeadline({ signal, deadlineMs: RENEW_DEADLINE_MS, what: 'release the lock' }, (abortSignal) =>
    lease.releaseLease({ abortSignal }),
  ).catch(() => null)
}
