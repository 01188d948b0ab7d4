import type { AwaitProgress } from '../operations/await-operation.js'
import type { RestoreProgress } from '../operations/await-restore.js'
import type { ResumeResult } from '../operations/resume-job.js'
import type { StartResult } from '../operations/start-job.js'
import { bytes, duration } from './format.js'

/** The changing line while a savepoint is under way: of that very checkpoint, not of the job. */
export function savepointProgress(what: string, progress: AwaitProgress): string {
  const parts = [`${what}: ${duration(progress.elapsedMs)}`]
  if (progress.subtasks !== null) parts.push(`${progress.acknowledged ?? 0} of ${progress.subtasks} subtasks`)
  if (progress.bytes !== null) parts.push(bytes(progress.bytes))
  return parts.join(', ')
}

const WAITING_FOR = {
  running: 'waiting until it runs',
  restored: 'waiting for the word that it was restored',
  checkpoint: 'restored; waiting for its first checkpoint',
  'first checkpoint': 'waiting for its first checkpoint',
  records: 'restored, with a checkpoint of its own; waiting for records',
} as const

/** The changing line while a start or a restore is being proven. */
export function restoreProgress(name: string, progress: RestoreProgress): string {
  const failed = progress.failedCheckpoints === 0 ? '' : `, ${progress.failedCheckpoints} checkpoints failed`
  return `${name}: ${progress.state}, ${WAITING_FOR[progress.waitingFor]}, ${duration(progress.elapsedMs)}${failed}`
}

/** What a resume came to. */
export function resumedLine(result: ResumeResult, title: string): string {
  if (result.jobId === null) return `Would start ${title} from ${result.restoredFrom}: it is complete.`
  return `Restored ${result.jobName} from ${result.restoredFrom}: proven${result.verified ? '' : ', without a checkpoint of its own'}`
}

/** Said of a job that was restored and takes no checkpoints by itself: all that was waited for cannot come. */
export function noCheckpointsNotice(jobName: string, path: string): string {
  return `${jobName} runs and was restored from ${path}, but its periodic checkpoints are off (execution.checkpointing.interval is not set): no first checkpoint will come, so none was waited for. After a crash it can only go back to ${path}; --wait restored asks for no more than this.`
}

/** What a start came to. */
export function startedLine(result: StartResult, title: string): string {
  if (result.jobId === null) return `Would start ${title} with empty state.`
  return `${result.jobName} is ${result.state}${result.verified ? '; its first checkpoint is completed and readable' : ''}`
}
