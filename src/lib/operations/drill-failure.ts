import { FlinkopsError } from '../errors.js'
import type { JobManager } from '../ports.js'
import type { DrillVerdict } from '../ports-drill.js'

export interface DrillFailureInput {
  error: unknown
  jobId: string
  jobManager: JobManager
  signal: AbortSignal
}

export interface JudgedFailure {
  verdict: DrillVerdict
  reason: string
  /** The operator whose state Flink found no place for; `null` when that was not it. */
  lost: string | null
}

/**
 * What a failure says about the snapshot; `null`: nothing, the drill was not carried out. A restore that cannot work fails the INSERT and
 * leaves a FAILED job under the id that was chosen; a statement that is wrong leaves none.
 */
export async function judgeFailure({ error, jobId, jobManager, signal }: DrillFailureInput): Promise<JudgedFailure | null> {
  if (!(error instanceof FlinkopsError) || signal.aborted) return null
  const reason = plain(error.message)
  switch (error.code) {
    case 'RESTORE_NOT_PROVEN':
      return { verdict: 'not-proven', reason, lost: null }
    case 'RESTORE_FAILED':
      return judgeEnd(reason, (await jobManager.jobState(jobId, signal)) ?? 'UNKNOWN')
    case 'SQL_FAILED':
      return (await jobManager.jobState(jobId, signal)) === 'FAILED' ? judgeEnd(reason, 'FAILED') : null
    default:
      return null
  }
}

/** Words of Flink for a restore that failed; without any of them it may have been a source that is away. */
const ABOUT_STATE = /checkpoint|savepoint|state|restor|serializer|migrat|parallelism|key.?group|rocksdb/i

/** Without where it came from, and without a way out that is none here. */
function plain(message: string): string {
  return message
    .replace(/^The statement at line \d+ failed: /, '')
    .replace(/\.? If you want to allow to skip this, .*$/, '')
    .replace(/\.$/, '')
}

function judgeEnd(reason: string, state: string): JudgedFailure | null {
  if (state === 'FINISHED')
    return { verdict: 'not-proven', reason: 'it came to its end before it had completed a checkpoint of its own', lost: null }
  // No room on the cluster, or somebody cancelled it: of the snapshot that says nothing.
  if (state !== 'FAILED' || /NoResourceAvailable|required resources|acquire .*slots?/i.test(reason)) return null
  if (!ABOUT_STATE.test(reason)) return { verdict: 'not-proven', reason, lost: null }
  const lost = /Cannot map checkpoint\/savepoint state for operator ([0-9a-f]{32})/.exec(reason)?.[1] ?? null
  return { verdict: 'not-restorable', reason, lost }
}
