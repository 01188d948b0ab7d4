import { refusedError } from '../errors.js'
import type { StorageEraser } from '../ports-erase.js'
import type { CleanupLock, HeldLock } from '../ports-lock.js'
import type { RunJournal } from '../ports-runs.js'
import { executeCleanup } from './execute-cleanup.js'
import type { Deletion, ExecuteResult } from './execution.js'

export interface ExecuteRunInput {
  runId: string
  waves: Deletion[][]
  /** Every container that the plan touches. */
  containers: { account: string; container: string }[]
  /** Looks again right before the first delete: what to spare, or why not to go on. */
  recheck: (signal: AbortSignal) => Promise<{ state: 'go'; spare: ReadonlySet<string> } | { state: 'abort'; why: string }>
  storage: StorageEraser & CleanupLock
  runs: RunJournal
  signal: AbortSignal
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  onDeleted?: (blobs: number, bytes: number) => void
}

/** A confirmed plan, carried out: lock, journal, re-check, delete, give the lock back. A lost lock ends the run at once. */
export async function executeRun(input: ExecuteRunInput): Promise<ExecuteResult> {
  const locks: HeldLock[] = []
  try {
    for (const { account, container } of input.containers) {
      locks.push(await input.storage.acquire({ account, container, runId: input.runId, signal: input.signal }))
    }
    const signal = AbortSignal.any([input.signal, ...locks.map((lock) => lock.lost)])
    await input.runs.planned(input.runId, { runId: input.runId, waves: input.waves })
    const checked = await input.recheck(signal)
    if (checked.state === 'abort') throw refusedError('RECHECK', `Nothing was deleted: ${checked.why}.`, 'Plan again: flinkops cleanup')
    const { runId, waves, storage, runs, sleep, onDeleted } = input
    return await executeCleanup({ runId, waves, spare: checked.spare, storage, runs, signal, sleep, ...(onDeleted && { onDeleted }) })
  } finally {
    await Promise.all(locks.map((lock) => lock.release()))
  }
}
