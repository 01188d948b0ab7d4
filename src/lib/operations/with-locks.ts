import { setMaxListeners } from 'node:events'
import type { CleanupLock, HeldLock } from '../ports-lock.js'

export interface LocksInput {
  locks: CleanupLock
  containers: { account: string; container: string }[]
  runId: string
  signal: AbortSignal
}

/** Works under the locks of all containers; the work's signal aborts as soon as one of them is lost. */
export async function withLocks<T>(input: LocksInput, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const held: HeldLock[] = []
  try {
    for (const place of input.containers) held.push(await input.locks.acquire({ ...place, runId: input.runId, signal: input.signal }))
    const signal = AbortSignal.any([input.signal, ...held.map((lock) => lock.lost)])
    setMaxListeners(0, signal)
    return await work(signal)
  } finally {
    await Promise.all(held.map((lock) => lock.release()))
  }
}
