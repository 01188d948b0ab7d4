import { setTimeout as sleep } from 'node:timers/promises'
import { FlinkopsError } from '../errors.js'

/** "Not now" of a proxy (RFC 9110 and 6585), and 408 of Flink, which means that the request goes on. */
const LATER = new Set([408, 425, 429])

/** Whether the answer says that the request was not taken (4xx, a redirect), so that nothing has begun. */
export function isRefusal(error: unknown): error is FlinkopsError {
  const status = error instanceof FlinkopsError ? error.status : null
  return status !== null && status >= 300 && status < 500 && !LATER.has(status)
}

const PAUSE_MS = 1000
const LONGEST_MS = 20_000

/**
 * Asks for an operation whose id is ours, so that Flink takes it once however often it comes: again, after an answer that does not tell
 * whether it was taken. Throws a refusal at once, else the last answer.
 */
export async function askOnce(
  ask: () => Promise<void>,
  { signal, now, pauseMs = PAUSE_MS }: { signal: AbortSignal; now: () => number; pauseMs?: number },
): Promise<void> {
  const startedAtMs = now()
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof FlinkopsError) || isRefusal(error) || now() - startedAtMs >= LONGEST_MS) throw error
    }
    await sleep(pauseMs, undefined, { signal })
  }
}
