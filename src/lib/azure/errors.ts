import { EXIT, FlinkopsError, notFoundError } from '../errors.js'
import { denied } from './denied.js'
import type { TargetAccess } from './target-access.js'

/** What was being done, for the message. */
export interface Attempt {
  /** For example `list wasb state`: completes "cannot ...". */
  action: string
  account: string
  container: string
  /** Whether the action changes anything: decides which role is named. */
  isWriting?: boolean
  access?: TargetAccess | undefined
}

/** The parts of an SDK error that may be shown. The error itself holds the request with its headers and, in the URL, a SAS. */
export interface ServiceFault {
  /** Azure's error code (`x-ms-error-code`), else the socket's or the SDK's. */
  code: string | null
  status: number | null
}

/** Picks code and status out of anything thrown by the SDK. */
export function faultOf(error: unknown): ServiceFault {
  const status = numberAt(error, 'statusCode')
  const header = status === null ? null : headerCode(error)
  return { code: header ?? textAt(error, 'code') ?? textAt(property(error, 'details'), 'errorCode'), status }
}

/** Turns anything thrown by the SDK into an error that may be printed; an abort is passed on as the reason that was given for it. */
export function storageError(error: unknown, attempt: Attempt, signal: AbortSignal): unknown {
  if (error instanceof FlinkopsError) return error
  if (signal.aborted) return signal.reason
  const fault = faultOf(error)
  const refused = denied(error, fault, attempt)
  if (refused) return refused
  if (fault.code === 'ContainerNotFound' || fault.code === 'ContainerBeingDeleted') return containerNotFound(attempt, fault)
  if (fault.code === 'PARSE_ERROR') return brokenAnswer(attempt, 'its XML is incomplete or is none')
  // The SDK falls over what it does not expect with a bare TypeError or RangeError.
  if (fault.status === null)
    return fault.code === null ? brokenAnswer(attempt, 'it is not what the service sends') : unreachable(fault, attempt)
  if (fault.code === 'BlobArchived' || fault.code === 'BlobBeingRehydrated') return archived(fault, attempt)
  return otherAnswer(fault, attempt)
}

function containerNotFound(attempt: Attempt, fault?: ServiceFault): FlinkopsError {
  const error = notFoundError(
    'CONTAINER_NOT_FOUND',
    `There is no container ${attempt.container} in ${attempt.account}.`,
    'Check roots in flinkops.yaml, and the endpoint if the account is served elsewhere.',
  )
  if (fault) error.cause = fault
  return error
}

/** The service answered with something that is not what was asked for. */
export function brokenAnswer(attempt: Attempt, problem: string): FlinkopsError {
  return new FlinkopsError(`Cannot ${attempt.action}: ${attempt.account} gave a broken answer (${problem}).`, {
    code: 'STORAGE_ANSWER_BROKEN',
    exitCode: EXIT.unreachable,
    suggestions: ['Try again; if it stays so, look for a proxy between here and the account.'],
  })
}

function otherAnswer({ code, status }: ServiceFault, attempt: Attempt): FlinkopsError {
  const isBusy = status !== null && (status >= 500 || status === 408 || status === 429)
  return new FlinkopsError(`Cannot ${attempt.action}: ${attempt.account} answered ${status} (${code ?? 'no error code'}).`, {
    code: isBusy ? 'STORAGE_BUSY' : 'STORAGE_ERROR',
    exitCode: isBusy ? EXIT.unreachable : EXIT.unexpected,
    suggestions: isBusy ? ['The account is throttling or ailing; try again later.'] : [],
    cause: { code, status },
  })
}

function unreachable(fault: ServiceFault, attempt: Attempt): FlinkopsError {
  const reason = fault.code === 'ENOTFOUND' ? 'its name cannot be resolved' : fault.code
  return new FlinkopsError(`Cannot ${attempt.action}: ${attempt.account} cannot be reached (${reason}).`, {
    code: 'STORAGE_UNREACHABLE',
    exitCode: EXIT.unreachable,
    suggestions: [hintFor(fault.code)],
    cause: fault,
  })
}

function hintFor(code: string | null): string {
  if (code && /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/.test(code)) return 'Give the authority of the certificate in NODE_EXTRA_CA_CERTS.'
  return 'Check the account name, the network and HTTPS_PROXY; for an emulator, set storage.<account>.endpoint.'
}

function archived(fault: ServiceFault, attempt: Attempt): FlinkopsError {
  return new FlinkopsError(`Cannot ${attempt.action}: the blob is in the archive tier (${fault.code}).`, {
    code: 'BLOB_ARCHIVED',
    exitCode: EXIT.unexpected,
    suggestions: ['Rehydrate it to the hot or cool tier first; that takes hours.'],
    cause: fault,
  })
}

function headerCode(error: unknown): string | null {
  const headers = property(property(error, 'response'), 'headers')
  const get = property(headers, 'get')
  const value: unknown = typeof get === 'function' ? get.call(headers, 'x-ms-error-code') : undefined
  return typeof value === 'string' && value !== '' ? value : null
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function textAt(value: unknown, name: string): string | null {
  const found = property(value, name)
  return typeof found === 'string' && /^[\w.-]{1,80}$/.test(found) ? found : null
}

function numberAt(value: unknown, name: string): number | null {
  const found = property(value, name)
  return typeof found === 'number' ? found : null
}
