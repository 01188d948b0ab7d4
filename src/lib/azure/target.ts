import type { ContainerClient } from '@azure/storage-blob'
import { withDeadline } from './deadline.js'
import { type Attempt, storageError } from './errors.js'
import type { Sender } from './sender.js'
import type { TargetAccess } from './target-access.js'

/** One container and how to talk to it. */
export interface Target {
  account: string
  container: string
  client: ContainerClient
  access?: TargetAccess
}

/** One that can be listed. */
export interface ListTarget extends Target {
  /** For what the client is too slow at. */
  sender: Sender
}

const DEADLINE_MS = 120_000

/** Runs one request: under the signal and a deadline, with whatever it throws made printable. */
export async function request<T>(
  target: Target,
  options: { action: string; signal: AbortSignal; deadlineMs?: number; isWriting?: boolean },
  run: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { action, signal, deadlineMs = DEADLINE_MS, isWriting = false } = options
  try {
    return await withDeadline({ signal, deadlineMs, what: action }, run)
  } catch (error) {
    throw storageError(error, attemptOf(target, action, isWriting), signal)
  }
}

export function attemptOf({ account, container, access }: Target, action: string, isWriting = false): Attempt {
  return { action, account, container, isWriting, access }
}
