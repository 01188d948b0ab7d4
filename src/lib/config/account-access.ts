import type { AccessFor, Credential } from '../access.js'
import { type FlinkopsError, refusedError, usageError } from '../errors.js'
import { foreignAccount, howToName } from '../foreign.js'
import { canonicalAccount } from '../state/location.js'
import { azureAccount } from './azure-hosts.js'
import { EMULATOR_ENDPOINT, isEmulatorAlias, isLocalEmulator, wellKnownKey } from './emulator.js'
import { checkEndpoint } from './endpoint-trust.js'
import type { Environment } from './environment.js'
import { connectionString, environmentKey, environmentSas } from './environment-credentials.js'
import type { FlinkConf } from './flink-conf.js'
import { type FoundCredential, flinkCredential, flinkKey, flinkSas } from './flink-credentials.js'
import { onlyOfAccount } from './hadoop-options.js'
import type { AccountSetting, AuthWay } from './settings.js'

export interface World {
  storage: ReadonlyMap<string, AccountSetting>
  env: Environment
  flinkConf: FlinkConf | null
  /** Canonical hosts that the configuration names: roots, `storage:`, `pins`. */
  configured: ReadonlySet<string>
  /** Canonical hosts of paths that were typed on this command line. */
  typed: ReadonlySet<string>
  /** `flinkops.yaml` lay in the working directory, and nobody named it. */
  isFound: boolean
  /** Told once of each credential that goes where a file says, and not to its account. */
  onNotice: (text: string) => void
}

interface Asked extends World {
  account: string
  container: string
  endpoint: string | null
  /** The endpoint is an emulator by Flink's own configuration: Hadoop then uses no other key. */
  isAlias: boolean
}

type Found = FoundCredential & { endpoint?: string }

/**
 * The gate: decides whether an account is reached at all, and how. Every storage client is built from what it answers.
 *
 * Reached are accounts that the configuration or this command line names, by their whole host; any other is foreign (exit 6). `auto` takes
 * the first of: connection string, SAS and key of the environment, what Flink uses, the emulator's public key, `DefaultAzureCredential`.
 * Those of them that do not name their account go to hosts of Azure and to an `endpoint:` that is configured, and nowhere else. Throws a
 * usage error when the way that was asked for has no credential.
 */
export function accessBy(world: World): AccessFor {
  const told = new Set<string>()
  const onNotice = (text: string) => {
    if (!told.has(text)) world.onNotice(text)
    told.add(text)
  }
  return (accountHost, container) => {
    const account = canonicalAccount(accountHost)
    if (!world.configured.has(account) && !world.typed.has(account)) throw foreignAccount(account)
    const setting = world.storage.get(account)
    const isAlias = isEmulatorAlias(account, world.flinkConf)
    const endpoint = setting?.endpoint ?? (isAlias ? EMULATOR_ENDPOINT : null)
    const found = credentialFor(setting?.auth ?? 'auto', { ...world, account, container, endpoint, isAlias })
    const access = { account, endpoint: endpoint ?? found.endpoint ?? null, credential: found.credential, source: found.source }
    checkEndpoint(access, { setting, isFound: world.isFound, onNotice })
    return access
  }
}

function credentialFor(way: AuthWay, asked: Asked): Found {
  const { account, endpoint, flinkConf } = asked
  const isKnown = endpoint !== null || azureAccount(account) !== null || way === 'anonymous'
  // A host that may be anybody's: only what Flink's configuration holds for just this host.
  const found = find(way, isKnown ? asked : { ...asked, env: {}, flinkConf: flinkConf && onlyOfAccount(flinkConf, account) })
  if (!isKnown && (found === null || hasToken(found.credential))) throw unknownHost(account)
  if (found === null) throw nothingFound(way, account)
  return found
}

/** Whether it opens more than one account. */
function hasToken({ kind }: Credential): boolean {
  return kind === 'identity' || kind === 'clientSecret'
}

function find(way: AuthWay, asked: Asked): Found | null {
  switch (way) {
    case 'auto':
      return automatic(asked)
    case 'key':
      return environmentKey(asked) ?? (asked.flinkConf && flinkKey(asked.flinkConf, asked.account, asked.env)) ?? emulatorKey(asked)
    case 'sas':
      return environmentSas(asked) ?? (asked.flinkConf && flinkSas(asked.flinkConf, asked.account, asked.container))
    case 'connection-string':
      return connectionString(asked)
    case 'identity':
      return configured(asked, { kind: 'identity', which: 'default' })
    case 'workload':
    case 'cli':
      return configured(asked, { kind: 'identity', which: way })
    case 'anonymous':
      return configured(asked, { kind: 'anonymous' })
  }
}

function automatic(asked: Asked): Found {
  return (
    connectionString(asked) ??
    environmentSas(asked) ??
    environmentKey(asked) ??
    (asked.isAlias ? emulatorKey(asked) : null) ??
    (asked.flinkConf && flinkCredential(asked.flinkConf, asked.account, asked.container, asked.env)) ??
    emulatorKey(asked) ?? { credential: { kind: 'identity', which: 'default' }, source: 'DefaultAzureCredential' }
  )
}

function emulatorKey({ endpoint }: Asked): Found | null {
  if (!endpoint || !isLocalEmulator(endpoint)) return null
  return { credential: { kind: 'key', key: wellKnownKey() }, source: 'public key of the emulator' }
}

function configured({ account }: Asked, credential: Credential): Found {
  return { credential, source: `flinkops.yaml storage.${account}.auth` }
}

const MISSING: Partial<Record<AuthWay, string>> = {
  key: 'Set AZURE_STORAGE_KEY, or point flinkConf to the configuration in which Flink holds the account key.',
  sas: 'Set AZURE_STORAGE_SAS_TOKEN, or point flinkConf to the configuration in which Flink holds the SAS.',
  'connection-string': 'Set AZURE_STORAGE_CONNECTION_STRING to a connection string of this account.',
}

function nothingFound(way: AuthWay, account: string): FlinkopsError {
  return usageError(
    `storage.${account}.auth is ${way}, but there is no ${way.replace('-', ' ')} for this account.`,
    MISSING[way] ?? 'Use auth: auto.',
  )
}

function unknownHost(account: string): FlinkopsError {
  return refusedError(
    'UNKNOWN_HOST',
    `${account} is no host of Azure Blob Storage, so no request was sent there: key, SAS or identity would go to whoever answers.`,
    ...howToName(account, `{endpoint: https://${account}}`),
  )
}
