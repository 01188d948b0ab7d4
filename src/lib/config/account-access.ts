import type { AccessFor, Credential } from '../access.js'
import { type FlinkopsError, usageError } from '../errors.js'
import { Secret } from '../secret.js'
import { canonicalAccount } from '../state/location.js'
import { opensAccount, parseConnectionString } from './connection-string.js'
import { EMULATOR_ENDPOINT, isEmulatorAlias, isLocalEmulator, wellKnownKey } from './emulator.js'
import { type Environment, variable } from './environment.js'
import type { FlinkConf } from './flink-conf.js'
import { type FoundCredential, flinkCredential, flinkKey, flinkSas, sas } from './flink-credentials.js'
import type { AccountSetting, AuthWay } from './settings.js'
import { toUrl } from './url.js'

interface World {
  storage: ReadonlyMap<string, AccountSetting>
  env: Environment
  flinkConf: FlinkConf | null
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
 * Decides how each container is reached. `auto` takes the first of: connection string, SAS and key of the environment, what Flink uses,
 * the emulator's public key, `DefaultAzureCredential`. Throws a usage error when the way that was asked for has no credential.
 */
export function accessBy(world: World): AccessFor {
  return (accountHost, container) => {
    const account = canonicalAccount(accountHost)
    const setting = world.storage.get(account)
    const isAlias = isEmulatorAlias(account, world.flinkConf)
    const endpoint = setting?.endpoint ?? (isAlias ? EMULATOR_ENDPOINT : null)
    const way = setting?.auth ?? 'auto'
    const found = find(way, { ...world, account, container, endpoint, isAlias })
    if (!found) throw nothingFound(way, account)
    return { account, endpoint: endpoint ?? found.endpoint ?? null, credential: found.credential, source: found.source }
  }
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

function connectionString({ env, account, endpoint }: Asked): Found | null {
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

function environmentSas(asked: Asked): Found | null {
  const token = ofThisAccount(asked, 'AZURE_STORAGE_SAS_TOKEN')
  return token ? { credential: sas(token, 'AZURE_STORAGE_SAS_TOKEN'), source: 'AZURE_STORAGE_SAS_TOKEN' } : null
}

function environmentKey(asked: Asked): Found | null {
  const key = ofThisAccount(asked, 'AZURE_STORAGE_KEY')
  return key ? { credential: { kind: 'key', key }, source: 'AZURE_STORAGE_KEY' } : null
}

/** `az` pairs its variables with `AZURE_STORAGE_ACCOUNT`: one that names another account does not open this one. */
function ofThisAccount({ env, account, endpoint }: Asked, name: string): Secret | null {
  const value = variable(env, name)?.value
  const owner = variable(env, 'AZURE_STORAGE_ACCOUNT')?.value
  if (!value || (owner && owner !== account.split('.')[0] && !endpoint?.endsWith(`/${owner}`))) return null
  return new Secret(value)
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
