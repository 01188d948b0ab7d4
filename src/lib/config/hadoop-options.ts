import { Secret } from '../secret.js'
import type { FlinkConf } from './flink-conf.js'

/** A Hadoop option with the key under which Flink's configuration holds it. */
export interface HadoopOption {
  key: string
  value: Secret
}

/**
 * An `fs.azure.*` option. Flink hands every `fs.azure.` and every `azure.` key to Hadoop as `fs.azure.` (`AbstractAzureFSFactory`); keys
 * are compared in lower case because they carry host names.
 */
export function hadoopOption(conf: FlinkConf, name: string): HadoopOption | null {
  const wanted = name.toLowerCase()
  for (const spelling of [wanted, wanted.replace(/^fs\./, '')]) {
    for (const [key, value] of conf.options) if (key.toLowerCase() === spelling) return { key, value: new Secret(value) }
    for (const [key, value] of conf.secrets) if (key.toLowerCase() === spelling) return { key, value }
  }
  return null
}

/** An option of one account: with the account's host behind it (either endpoint's), else without. */
export function accountOption(conf: FlinkConf, name: string, account: string): HadoopOption | null {
  return (
    hadoopOption(conf, `${name}.${account}`) ??
    hadoopOption(conf, `${name}.${account.replace('.blob.', '.dfs.')}`) ??
    hadoopOption(conf, name)
  )
}

/** Of Flink's configuration only the options that carry this account's host: what holds for any account is left out. */
export function onlyOfAccount(conf: FlinkConf, account: string): FlinkConf {
  const hosts = [account, account.replace('.blob.', '.dfs.')]
  const isOf = ([key]: [string, unknown]) => hosts.some((host) => key.toLowerCase().endsWith(`.${host}`))
  return { ...conf, options: new Map([...conf.options].filter(isOf)), secrets: new Map([...conf.secrets].filter(isOf)) }
}
