import { EXIT, FlinkopsError } from '../errors.js'

/**
 * Runs one request under the caller's signal and a deadline of its own. The SDK's `tryTimeoutInMs` only asks the server to give up: a
 * connection that hangs would hang for ever.
 */
export async function withDeadline<T>(
  options: { signal: AbortSignal; deadlineMs: number; what: string },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, deadlineMs, what } = options
  signal.throwIfAborted()
  const controller = new AbortController()
  const stop = () => controller.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => controller.abort(timeoutError(what, deadlineMs)), deadlineMs)
  // Raced, because a token credential that starts a process does not listen to the signal.
  const stopped = new Promise<never>((_, reject) => controller.signal.addEventListener('abort', () => reject(controller.signal.reason)))
  try {
    return await Promise.race([run(controller.signal), stopped])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

function timeoutError(what: string, deadlineMs: number): FlinkopsError {
  return new FlinkopsError(`Cannot ${what}: the storage account did not answer within ${Math.round(deadlineMs / 1000)} s.`, {
    code: 'STORAGE_TIMEOUT',
    exitCode: EXIT.unreachable,
    suggestions: ['Check the network and try again.'],
  })
}
