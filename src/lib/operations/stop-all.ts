import type { ManifestJob } from '../state/manifest.js'
import { checkPath } from './check-path.js'
import { type StopEntryInput, stopEntry } from './stop-entry.js'

export interface StopAllInput extends Omit<StopEntryInput, 'jobId'> {
  /** Job ids of this run; stops that are under way are taken up besides. */
  jobIds: ReadonlySet<string>
  parallel: number
  /** A job is down, or could not be stopped. */
  onEnded: (job: ManifestJob) => void
}

/**
 * Stops the planned jobs of a window, some at a time, and takes up what an earlier run has begun. Answers what ended it before its end,
 * `null` when nothing did; what became of each job stands in the ledger.
 */
export async function stopAll(input: StopAllInput): Promise<unknown> {
  const { ledger, jobIds } = input
  const left = ledger.current().jobs.filter((job) => isToDo(job, jobIds))
  let problem: unknown = null
  const worker = async () => {
    for (let job = left.shift(); job !== undefined && problem === null; job = left.shift()) {
      try {
        await finish(job, input)
      } catch (error) {
        problem ??= input.signal.aborted ? input.signal.reason : error
      }
    }
  }
  await Promise.all(Array.from({ length: input.parallel }, worker))
  return problem
}

function isToDo(job: ManifestJob, jobIds: ReadonlySet<string>): boolean {
  return job.state === 'stopping' || (job.state === 'planned' && jobIds.has(job.jobId)) || isUnchecked(job)
}

/** Down, and an earlier run ended before it had looked at the savepoint. */
function isUnchecked(job: ManifestJob): boolean {
  return job.state === 'stopped' && !job.verified
}

async function finish(job: ManifestJob, input: StopAllInput): Promise<void> {
  if (isUnchecked(job)) await checkPath({ ...input, jobId: job.jobId })
  else await stopEntry({ ...input, jobId: job.jobId })
  input.onEnded(input.ledger.job(job.jobId))
}
