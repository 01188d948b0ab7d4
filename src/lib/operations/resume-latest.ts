import { FlinkopsError } from '../errors.js'
import { parseLocation } from '../state/location.js'
import type { ListedSnapshot } from './list-snapshots.js'
import { type ResumeInput, type ResumeResult, resumeJob } from './resume-job.js'
import { verifyOnce } from './verify-snapshot.js'

export interface ResumeLatestInput extends Omit<ResumeInput, 'from'> {
  /** Looks for the snapshot, anew at each call. */
  find: () => Promise<ListedSnapshot>
  /** The one that was found is not there any more. */
  onVanished: (path: string) => void
}

const LOOKS = 3

/** Failures after which certainly no job runs. */
const NOTHING_RUNS = new Set(['SNAPSHOT_NOT_FOUND', 'NO_METADATA', 'NOT_RESTORABLE', 'SQL_FAILED', 'JOB_NOT_STARTED', 'RESTORE_FAILED'])

/** Resumes from what `find` finds; when that vanishes before it is restored (a checkpoint that was subsumed), looks again. */
export async function resumeLatest(input: ResumeLatestInput): Promise<ResumeResult> {
  for (let look = 1; ; look++) {
    const { path } = await input.find()
    try {
      return await resumeJob({ ...input, from: path })
    } catch (error) {
      if (look === LOOKS || !(error instanceof FlinkopsError) || !NOTHING_RUNS.has(error.code) || !(await hasVanished(path, input)))
        throw error
      input.onVanished(path)
    }
  }
}

async function hasVanished(path: string, { storage, signal }: ResumeLatestInput): Promise<boolean> {
  const parsed = parseLocation(path)
  if (!parsed.ok) return false
  const { state } = await verifyOnce({ storage, location: parsed.location, signal })
  return state === 'missing' || state === 'wanting'
}
