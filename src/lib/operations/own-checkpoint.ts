import { setTimeout as sleep } from 'node:timers/promises'
import { foreignAccount, isForeignAccount } from '../foreign.js'
import type { CheckpointEntry, CheckpointStats, JobManager, StorageReader } from '../ports.js'
import { parseLocation } from '../state/location.js'
import { isUnproven, verifySnapshot } from './verify-snapshot.js'

export interface OwnCheckpointInput {
  jobId: string
  jobManager: JobManager
  storage: StorageReader
  signal: AbortSignal
}

/** Whether the job's newest completed checkpoint is readable on storage; `none` = there is none to look at yet. */
export async function ownCheckpoint(stats: CheckpointStats, input: OwnCheckpointInput): Promise<'none' | 'readable' | { problem: string }> {
  const own = stats.latest.completed
  if (own === null || own.externalPath === null || own.discarded === true) return 'none'
  const parsed = parseLocation(own.externalPath)
  if (!parsed.ok) return { problem: `its first checkpoint ${own.externalPath} cannot be checked: ${parsed.problem}` }
  const found = await verifySnapshot({ storage: input.storage, location: parsed.location, signal: input.signal }).catch(
    (error: unknown) => {
      if (!isForeignAccount(error)) throw error
      throw foreignAccount(parsed.location.account, `Job ${input.jobId} runs, and its checkpoint ${own.externalPath} was not looked at`)
    },
  )
  if (found.state === 'complete') return 'readable'
  if (await isSubsumed(own, input)) return 'none'
  return {
    problem: `the job runs, but its checkpoint ${own.externalPath} ${isUnproven(found) ? 'is not proven' : 'could not be restored'}: ${found.problem}`,
  }
}

/** While we looked, a newer one may have taken its place, and Flink deletes the old one's files. */
async function isSubsumed(entry: CheckpointEntry, input: OwnCheckpointInput): Promise<boolean> {
  await sleep(4000, undefined, { signal: input.signal })
  const stats = await input.jobManager.checkpoints(input.jobId, input.signal)
  return (stats?.latest.completed?.id ?? entry.id) !== entry.id
}
