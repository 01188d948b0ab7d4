import { usageError } from '../errors.js'
import { Secret } from '../secret.js'
import { canonicalAccount } from '../state/location.js'
import { azureAccount, firstLabel } from './azure-hosts.js'
import { opensAccount, parseConnectionString } from './connection-string.js'
import { type Environment, variable } from './environment.js'
import { type FoundCredential, sas } from './flink-credentials.js'
import { toUrl } from './url.js'

export interface AskedOfEnvironment {
  env: Environment
  account: string
  endpoint: string | null
  /** Accounts that the configuration names, without what was typed. */
  configured: ReadonlySet<string>
}

/** The credential of `AZURE_STORAGE_CONNECTION_STRING`, when it is about this account; `endpoint`: where it says that it is served. */
export function connectionString({ env, account, endpoint }: AskedOfEnvironment): (FoundCredential & { endpoint?: string }) | null {
  const text = variable(env, 'AZURE_STORAGE_CONNECTION_STRING')?.value
  const connection = text ? parseConnectionString(text) : null
  if (!connection || !opensAccount(connection, account, endpoint)) return null
  const isElsewhere = canonicalAccount(toUrl(connection.endpoint)?.host ?? '') !== account
  return {
    credential: connection.credential,
    source: 'AZURE_STORAGE_CONNECTION_STRING',
    ...(isElsewhere ? { endpoint: connection.endpoint } : {}),
  }
}

export function environmentSas(asked: AskedOfEnvironment): FoundCredential | null {
  const token = ofThisAccount(asked, 'AZURE_STORAGE_SAS_TOKEN')
  return token ? { credential: sas(token, 'AZURE_STORAGE_SAS_TOKEN'), source: 'AZURE_STORAGE_SAS_TOKEN' } : null
}

export function environmentKey(asked: AskedOfEnvironment): FoundCredential | null {
  const key = ofThisAccount(asked, 'AZURE_STORAGE_KEY')
  return key ? { credential: { kind: 'key', key }, source: 'AZURE_STORAGE_KEY' } : null
}

/** `az` pairs its variables with `AZURE_STORAGE_ACCOUNT`: one that names another account does not open this one. */
function ofThisAccount(asked: AskedOfEnvironment, name: string): Secret | null {
  const value = variable(asked.env, name)?.value
  const owner = variable(asked.env, 'AZURE_STORAGE_ACCOUNT')?.value
  return value && (!owner || isOwner(owner.toLowerCase(), asked)) ? new Secret(value) : null
}

/** A name may stand in each cloud: it means the one that the configuration names. A whole host, or the path of an endpoint, means just that. */
function isOwner(owner: string, { account, endpoint, configured }: AskedOfEnvironment): boolean {
  if (owner === account.replace('.blob.', '.dfs.') || owner === account || endpoint?.endsWith(`/${owner}`)) return true
  if (firstLabel(account) !== owner || (azureAccount(account) === null && endpoint === null)) return false
  const meant = [...configured].filter((host) => firstLabel(host) === owner && azureAccount(host) !== azureAccount(account))
  if (meant.length === 0) return true
  if (!configured.has(account)) return false
  throw usageError(
    `AZURE_STORAGE_ACCOUNT is ${owner}, and the configuration names ${[account, ...meant].join(' and ')}.`,
    `Say which: AZURE_STORAGE_ACCOUNT=${account}`,
  )
}
