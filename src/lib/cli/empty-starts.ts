import type { Context } from '../context.js'
import type { EmptyStartFacts } from '../findings/facts.js'
import { sentence } from '../findings/finding.js'
import { emptyStartSentences } from '../findings/started-empty.js'
import { findOut } from '../operations/examine-cluster.js'
import { findEmptyStarts } from '../operations/find-empty-starts.js'
import { openScope, stateRoots } from '../scope.js'
import { policyOf } from './cleanup-flags.js'

/** Jobs that run without the state that they had; none where no root is known in which it could lie. */
export async function emptyStartsIn(context: Context, onBlobs?: (blobs: number) => void): Promise<EmptyStartFacts[]> {
  const config = await context.withCluster()
  if (stateRoots(config).length === 0) return []
  const scope = await openScope(context)
  const { journal, now, signal } = context
  return findEmptyStarts({
    ...scope,
    exclusive: config.exclusive.value,
    policy: policyOf(config, {}, scope.rootPaths),
    journal,
    now,
    signal,
    ...(onBlobs && { onBlobs }),
  })
}

/** What `verify` has to say of one job that runs without its state, with the way back; what cannot be looked at is told, and proves nothing. */
export async function emptyStartOf(jobId: string, context: Context, onNotice: (text: string) => void): Promise<string[]> {
  const found = await findOut(context.signal, () => emptyStartsIn(context))
  if (found.state === 'known') return found.value.filter((one) => one.jobId === jobId).map(emptyStartSentences)
  onNotice(`Whether it began without the state of an earlier run is not known: ${sentence(found.reason)}`)
  return []
}
