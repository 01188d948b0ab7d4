import { EXIT, FlinkopsError } from '../errors.js'
import type { Attempt, ServiceFault } from './errors.js'

/** Thrown by `@azure/identity` when no token could be had. */
const IDENTITY_ERRORS = new Set([
  'AuthenticationError',
  'AuthenticationRequiredError',
  'AggregateAuthenticationError',
  'CredentialUnavailableError',
])

/** Besides 401 and 403: how the service turns down an anonymous caller. */
const ANONYMOUS = new Set(['PublicAccessNotPermitted', 'ResourceNotFound'])

/** The error for a caller who is not let in, or `null` when that is not what happened. */
export function denied(error: unknown, fault: ServiceFault, attempt: Attempt): FlinkopsError | null {
  if (error instanceof Error && IDENTITY_ERRORS.has(error.name)) return noToken(error, attempt)
  const isDenied = fault.status === 401 || fault.status === 403 || (fault.status !== null && ANONYMOUS.has(fault.code ?? ''))
  if (!isDenied) return null
  const code = fault.code ?? `HTTP ${fault.status}`
  const by = attempt.access === undefined ? '' : ` with ${attempt.access.words}`
  return notAuthorised(
    `Not allowed to ${attempt.action} in ${attempt.account}/${attempt.container}${by} (${code}).`,
    hints(code, attempt),
    fault,
  )
}

/** The message of an identity error can run over pages; Entra's number in it is what one searches for. */
function noToken(error: Error, attempt: Attempt): FlinkopsError {
  const entra = /AADSTS\d+/.exec(error.message)?.[0]
  return notAuthorised(
    `No Azure identity could be used for ${attempt.account} (${entra ?? error.name}).`,
    ['Run az login, or give the service principal or managed identity by AZURE_CLIENT_ID and AZURE_TENANT_ID.', KEY_HINT],
    { code: entra ?? error.name, status: null },
  )
}

const KEY_HINT = 'Or set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or point flinkConf to the configuration of Flink.'

function hints(code: string, attempt: Attempt): string[] {
  const role = attempt.isWriting ? 'Storage Blob Data Contributor' : 'Storage Blob Data Reader'
  const sas = attempt.isWriting ? 'read, list, write and delete (rlwd)' : 'read and list (rl)'
  switch (code) {
    case 'AuthorizationPermissionMismatch':
      return [`Assign the role ${role}, or use a SAS with ${sas}.`]
    case 'AuthenticationFailed':
      return [`${wrong(attempt)}, or the clock of this machine is off by more than 15 minutes.`]
    case 'AuthorizationFailure':
    case 'AuthorizationSourceIPMismatch':
      return [`${lacking(attempt, sas)}, or the firewall of the account does not let this machine in.`]
    case 'KeyBasedAuthenticationNotPermitted':
      return [`The account takes no keys: set auth: identity and assign the role ${role}.`]
    default:
      return [`Assign the role ${role}, or use a key or a SAS with ${sas}.`, KEY_HINT]
  }
}

function wrong({ access }: Attempt): string {
  return access?.kind === 'key' || access?.kind === 'connectionString'
    ? `The key is wrong: ${access.words} may be of another account, or was renewed`
    : 'The key or SAS is wrong or expired'
}

/** Some services, the emulator among them, answer so to a wrong key. */
function lacking(attempt: Attempt, sas: string): string {
  return attempt.access?.kind === 'key' || attempt.access?.kind === 'connectionString' ? wrong(attempt) : `The SAS lacks ${sas}`
}

function notAuthorised(message: string, suggestions: string[], cause: ServiceFault): FlinkopsError {
  return new FlinkopsError(message, { code: 'NOT_AUTHORISED', exitCode: EXIT.notAuthorised, suggestions, cause })
}
