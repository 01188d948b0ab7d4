import type { Credential } from '../access.js'
import { usageError } from '../errors.js'
import { Secret } from '../secret.js'
import { type Environment, variable } from './environment.js'
import type { FlinkConf } from './flink-conf.js'
import { oauthCredential } from './flink-oauth.js'
import { accountOption, type HadoopOption, hadoopOption } from './hadoop-options.js'

export type FoundCredential = { credential: Credential; source: string }

/**
 * The credential by which Flink reaches a container, in Hadoop's order: container SAS (wasb), what `auth.type` says (abfs), account key,
 * key provider. `null`: Flink has none, or one that only Flink can use (its own provider classes, decryption scripts).
 */
export function flinkCredential(conf: FlinkConf, account: string, container: string, env: Environment): FoundCredential | null {
  return flinkSas(conf, account, container) ?? oauth(conf, account) ?? flinkKey(conf, account, env)
}

/** Container SAS of wasb (`fs.azure.sas.<container>.<host>`), or the fixed token of abfs when `auth.type` is SAS. */
export function flinkSas(conf: FlinkConf, account: string, container: string): FoundCredential | null {
  const containerSas = hadoopOption(conf, `fs.azure.sas.${container}.${account}`)
  if (containerSas) return found(conf, containerSas, sas(containerSas.value, containerSas.key))
  if (authType(conf, account) !== 'sas') return null
  const fixed = accountOption(conf, 'fs.azure.sas.fixed.token', account)
  return fixed && found(conf, fixed, sas(fixed.value, fixed.key))
}

/** Account key, or `AZURE_STORAGE_KEY` when Flink is told to take it from there (`EnvironmentVariableKeyProvider`). */
export function flinkKey(conf: FlinkConf, account: string, env: Environment): FoundCredential | null {
  const key = accountOption(conf, 'fs.azure.account.key', account)
  if (key) return found(conf, key, { kind: 'key', key: key.value })
  const provider = accountOption(conf, 'fs.azure.account.keyprovider', account)
  const fromEnvironment = variable(env, 'AZURE_STORAGE_KEY')?.value
  if (!provider?.value.reveal().endsWith('EnvironmentVariableKeyProvider') || !fromEnvironment) return null
  return found(conf, provider, { kind: 'key', key: new Secret(fromEnvironment) })
}

function oauth(conf: FlinkConf, account: string): FoundCredential | null {
  if (authType(conf, account) !== 'oauth') return null
  const provider = accountOption(conf, 'fs.azure.account.oauth.provider.type', account)
  const credential = provider && oauthCredential(provider.value.reveal(), (name) => accountOption(conf, name, account)?.value ?? null)
  return provider && credential && found(conf, provider, credential)
}

function authType(conf: FlinkConf, account: string): string {
  return accountOption(conf, 'fs.azure.account.auth.type', account)?.value.reveal().toLowerCase() ?? 'sharedkey'
}

/**
 * A SAS without the question mark with which portals hand it out. Usage error when it has no signature: the bare signature that was
 * pasted instead would travel as the name of a query parameter, where nothing redacts it.
 */
export function sas(token: Secret, source: string): Credential {
  const query = token.reveal().trim().replace(/^\?/, '')
  if (!new URLSearchParams(query).get('sig')) {
    throw usageError(
      `${source} holds no SAS token: it has no sig= part.`,
      'Give the whole token, as the portal or az hands it out: sv=...&sig=...',
    )
  }
  return { kind: 'sas', token: new Secret(query) }
}

function found(conf: FlinkConf, option: HadoopOption, credential: Credential): FoundCredential {
  return { credential, source: `flink conf ${conf.path}: ${option.key}` }
}
