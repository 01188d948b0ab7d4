import type { Credential } from '../access.js'
import { Secret } from '../secret.js'
import { canonicalAccount } from '../state/location.js'
import { withoutTail } from '../tail.js'
import { azureAccount, firstLabel } from './azure-hosts.js'
import { EMULATOR_ENDPOINT, wellKnownKey } from './emulator.js'
import { sas } from './flink-credentials.js'
import { toUrl } from './url.js'

/** What `AZURE_STORAGE_CONNECTION_STRING` opens. */
export interface ConnectionString {
  accountName: string
  /** Base URL of the Blob service, without a trailing slash. */
  endpoint: string
  credential: Credential
}

/** Parses a storage connection string; `null` when it names no account or holds neither key nor SAS. */
export function parseConnectionString(text: string): ConnectionString | null {
  const parts = new Map(text.split(';').map(splitOnce))
  if (parts.get('usedevelopmentstorage') === 'true') {
    return { accountName: 'devstoreaccount1', endpoint: EMULATOR_ENDPOINT, credential: { kind: 'key', key: wellKnownKey() } }
  }
  const endpoint = parts.get('blobendpoint')
  const given = endpoint === undefined ? undefined : withoutTail(endpoint, /\//)
  const accountName = parts.get('accountname') ?? accountOf(given)
  const credential = credentialOf(parts)
  if (!accountName || !credential) return null
  const standard = `${parts.get('defaultendpointsprotocol') ?? 'https'}://${accountName}.blob.${parts.get('endpointsuffix') ?? 'core.windows.net'}`
  return { accountName, endpoint: given ?? standard, credential }
}

/**
 * Whether a connection string is about this account: by the endpoint that serves it, or by its whole host. By the name alone only where the
 * string says itself that the account is served elsewhere: the same name in another cloud is another account.
 */
export function opensAccount(connection: ConnectionString, account: string, endpoint: string | null): boolean {
  const { accountName } = connection
  if (endpoint === connection.endpoint || endpoint?.endsWith(`/${accountName}`)) return true
  const host = canonicalAccount(toUrl(connection.endpoint)?.host ?? '')
  if (host === account) return true
  const own = azureAccount(account)
  const named = azureAccount(host)
  return own !== null && (named === null ? accountName === firstLabel(account) : named === own)
}

function splitOnce(part: string): [string, string] {
  const at = part.indexOf('=')
  return at < 0 ? [part.trim().toLowerCase(), ''] : [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]
}

function accountOf(endpoint: string | undefined): string | undefined {
  return endpoint === undefined ? undefined : toUrl(endpoint)?.hostname.split('.')[0]
}

function credentialOf(parts: Map<string, string>): Credential | null {
  const key = parts.get('accountkey')
  const token = parts.get('sharedaccesssignature')
  if (key) return { kind: 'key', key: new Secret(key) }
  return token ? sas(new Secret(token), 'AZURE_STORAGE_CONNECTION_STRING') : null
}
