import type { OperationStatus } from '../ports.js'
import { causeOf, firstLineOf } from './errors.js'
import { fieldsOf, isFields, requireFields, requireText, textOf } from './wire.js'

/**
 * `StopWithSavepointStoppingException`: the savepoint is complete, the job FAILED while stopping; the path stands in the text alone
 * (FLINK-26783; seen on 1.18 to 2.3).
 */
const SAVEPOINT_BEFORE_FAILURE = /savepoint has been created at: (\S+), but/

/** `GET /jobs/:jobid/savepoints/:triggerid`, of a savepoint or a stop. `COMPLETED` does not mean success. */
export function parseOperation(body: unknown): OperationStatus {
  const answer = requireFields(body, 'the state of an operation')
  const id = requireText(requireFields(answer['status'], 'the state of an operation'), 'id', 'the state of an operation')
  if (id !== 'COMPLETED') return { state: 'inProgress' }
  const operation = fieldsOf(answer, 'operation')
  const location = textOf(operation, 'location')
  if (location !== null) return { state: 'completed', location }
  return parseFailure(operation['failure-cause'] ?? operation['failureCause'])
}

function parseFailure(failure: unknown): OperationStatus {
  const stack = isFields(failure) ? (textOf(failure, 'stack-trace') ?? textOf(failure, 'class')) : null
  if (stack === null) return { state: 'failed', cause: 'the JobManager gave no reason', savepointPath: null }
  const savepointPath = SAVEPOINT_BEFORE_FAILURE.exec(stack)?.[1] ?? null
  return { state: 'failed', cause: savepointPath === null ? causeOf(stack) : firstLineOf(stack), savepointPath }
}
