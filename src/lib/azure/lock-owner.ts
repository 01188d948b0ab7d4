/** What a lock blob says of who holds it. */
export interface LockOwner {
  host: string
  pid: number
  startedAt: string
  /** The run, or the command. */
  runId: string
}

export function formatOwner(owner: LockOwner): string {
  return JSON.stringify(owner)
}

/** `null` for anything that is not what `formatOwner` writes. */
export function parseOwner(text: string): LockOwner | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { host, pid, startedAt, runId } = { host: null, pid: null, startedAt: null, runId: null, ...value }
  const isOwner = typeof host === 'string' && typeof pid === 'number' && typeof startedAt === 'string' && typeof runId === 'string'
  return isOwner ? { host, pid, startedAt, runId } : null
}

/** Who and since when, in words. */
export function ownerWords(owner: LockOwner | null, what: string): string {
  return owner ? `${what}${owner.runId} on ${owner.host} (process ${owner.pid}), since ${owner.startedAt}` : 'by whom is not written there'
}
