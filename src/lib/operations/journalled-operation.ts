import { notFoundError, usageError } from '../errors.js'
import type { JobManager, Journal, JournalOperation } from '../ports.js'
import { resolveJob } from './resolve-job.js'

export interface JournalledInput {
  triggerId: string
  /** Only needed when the trigger was made elsewhere, so that the journal does not know it. */
  job: string | null
  journal: Journal
  jobManager: JobManager
  signal: AbortSignal
  now: () => number
}

/** The operation of a trigger id: from the journal, or, for one made elsewhere, of the job that is named with it. */
export async function journalledOperation(input: JournalledInput): Promise<JournalOperation> {
  const triggerId = input.triggerId.trim().toLowerCase()
  if (!/^[0-9a-f]{32}$/.test(triggerId)) throw usageError(`${input.triggerId} is no trigger id: it has 32 hex digits.`)
  const known = await input.journal.operation(triggerId)
  if (known !== null) return known
  if (input.job === null) {
    throw notFoundError(
      'OPERATION_NOT_FOUND',
      `The journal of this machine does not know the trigger id ${triggerId}.`,
      `If it was made elsewhere, name its job too: flinkops savepoint <job> --attach ${triggerId}`,
    )
  }
  const job = resolveJob(input.job, await input.jobManager.jobs(input.signal))
  const started = { kind: 'savepoint' as const, targetDirectory: null, format: 'CANONICAL' as const, startedAtMs: input.now() }
  return { ...started, triggerId, jobId: job.jobId, jobName: job.name, jobManager: input.jobManager.url }
}
