import { EXIT, FlinkopsError } from '../errors.js'
import type { Answer } from './answer.js'
import { causeOfErrors } from './errors.js'

const CANNOT_MAP = 'Cannot map checkpoint/savepoint state'

/** What an answer that is not 2xx becomes: the cause as one sentence, exit 9. `what` begins the sentence. */
export function failureOf(answer: Answer, what: string, code = 'JOBMANAGER_ERROR'): FlinkopsError {
  const cause = causeOfErrors(answer.errors)
  if (isWrongRoute(answer)) {
    return new FlinkopsError(`${what}: ${cause}`, {
      code: 'UNREACHABLE',
      exitCode: EXIT.unreachable,
      status: answer.status,
      suggestions: ['Something answers there, but has no such path: check the URL and that a path prefix is stripped before Flink.'],
    })
  }
  return new FlinkopsError(`${what}: ${cause}`, {
    code,
    exitCode: EXIT.failedOnCluster,
    status: answer.status,
    suggestions: suggestionsFor(cause),
  })
}

/** Advice for the causes that users ask about most. */
export function suggestionsFor(cause: string): string[] {
  if (cause.includes(CANNOT_MAP)) {
    return [
      'The new program has no operator for some state of the snapshot: a changed query or changed operator uids.',
      '--allow-non-restored-state starts it nevertheless and drops that state for good.',
    ]
  }
  if (cause.includes('Cannot find checkpoint or savepoint file')) return ['See what lies there with: flinkops inspect <path>']
  if (cause.includes('is not set. Property [')) return ['Name a directory, or set a default one in the configuration of Flink.']
  return []
}

/**
 * No such path, which is another thing than no such job: Flink's handlers answer 404 with an exception, its router (`Not found: /x`,
 * `Unable to load requested file /x`) and proxies without.
 */
export function isWrongRoute(answer: Answer): boolean {
  return answer.status === 404 && !(answer.errors.at(-1) ?? '').startsWith('org.apache.flink.')
}

/** `/status` of an unknown job is a 500 (1.16 to 2.3), the others a 404 with one of these words. */
export function isJobUnknown(answer: Answer): boolean {
  const error = answer.errors.at(-1) ?? ''
  if (answer.status === 404) return /\bJob \S+ not found|Could not find Flink job|Job could not be found/.test(error)
  return answer.status === 500 && /FlinkJobNotFoundException|Could not find Flink job/.test(error)
}

export function isCheckpointingOff(answer: Answer): boolean {
  return answer.status === 404 && /Checkpointing (?:has not been|was not|is not) enabled/.test(answer.errors.at(-1) ?? '')
}

/** A job that is known but still initializing has no JobMaster to ask (500). */
export function isInitializing(answer: Answer): boolean {
  return answer.status === 500 && (answer.errors.at(-1) ?? '').includes('JobMasterGateway for initializing job')
}

export function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300
}
