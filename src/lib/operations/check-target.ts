import { notFoundError, refusedError, usageError } from '../errors.js'
import type { StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'

export interface CheckTargetInput {
  /** Where the savepoint shall go; `null` = the cluster's default. */
  target: string | null
  /** Known roots, any spelling. */
  knownRoots: string[]
  allowForeign: boolean
  storage: StorageReader
  signal: AbortSignal
}

/**
 * Checks a savepoint's target from here, before Flink tries: a path without scheme becomes a local file of the Flink machine, a missing
 * container is created silently, and an account that cannot be reached stalls the whole JobManager for minutes and fails other jobs'
 * checkpoints (seen on 1.18.1 and 2.3.0: the driver retries under Flink's global file system lock).
 */
export async function checkTarget(input: CheckTargetInput): Promise<void> {
  if (input.target === null) return
  const parsed = parseLocation(input.target)
  if (!parsed.ok) {
    if (input.allowForeign && /^[a-z][a-z0-9+.-]*:\/\//i.test(input.target)) return
    throw usageError(
      `The savepoint target ${input.target} cannot be used: ${parsed.problem}.`,
      'Write it as wasbs://<container>@<account>.blob.core.windows.net/<path>.',
    )
  }
  const { account, container } = parsed.location
  const accounts = new Set(input.knownRoots.flatMap((root) => accountOf(root)))
  if (!accounts.has(account) && !input.allowForeign) {
    throw refusedError(
      'FOREIGN_TARGET',
      `${account} is not an account of this cluster's roots; if the cluster cannot reach it, the whole JobManager stands still for minutes.`,
      'If the cluster has credentials for it: --allow-foreign-target',
    )
  }
  const reader = await input.storage.container(account, container)
  if (await reader.exists({ signal: input.signal })) return
  throw notFoundError('CONTAINER_NOT_FOUND', `There is no container ${container} on ${account}.`, 'Create it, or correct the target.')
}

function accountOf(root: string): string[] {
  const parsed = parseLocation(root)
  return parsed.ok ? [parsed.location.account] : []
}
