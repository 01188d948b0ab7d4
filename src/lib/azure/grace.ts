/**
 * Runs what must not be cut off in mid-request: its signal aborts `graceMs` after the caller's does, so that the answer to what was sent
 * already is still heard.
 */
export async function withGrace<T>(signal: AbortSignal, graceMs: number, run: (late: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    timer = setTimeout(() => late.abort(signal.reason), graceMs)
  }
  signal.addEventListener('abort', start, { once: true })
  try {
    return await run(late.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', start)
  }
}
