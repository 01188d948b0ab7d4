import type { ConfEntry, Facts } from './facts.js'
import type { Finding } from './finding.js'
import { OPTION_NAMES, optionOf } from './options.js'

/** Options that do nothing, and options that do not exist. */
export function checkEffect(facts: Facts): Finding[] {
  return [...blockCache(facts), ...(facts.file?.entries.flatMap((entry) => ofEntry(entry, `${facts.file?.path}:${entry.line}`)) ?? [])]
}

/** `RocksDBMemoryControllerUtils`: managed memory, the default, and fixed memory per slot bring a cache of their own. */
function blockCache(facts: Facts): Finding[] {
  const cache = optionOf(facts, 'blockCache')
  const isOwnSize = optionOf(facts, 'managedMemory')?.value.toLowerCase() === 'false' && optionOf(facts, 'memoryPerSlot') === null
  if (cache === null || isOwnSize) return []
  return [
    {
      id: 'block-cache-without-effect',
      severity: 'warn',
      what: `${cache.key} is ${cache.value}, and has no effect: RocksDB's memory is managed by Flink.`,
      why: 'With managed memory all RocksDB instances of a slot share one cache, cut from managed memory; tuning this option changes nothing.',
      fix: `# delete ${cache.key}; to give RocksDB more memory (the default is 0.4):\ntaskmanager.memory.managed.fraction: 0.5`,
      source: cache.source,
    },
  ]
}

const AUTH = /^(?:fs\.)?azure\.account\.auth\.(?!type\b)(.+)$/i
/** One label before the service: an account, where wasb wants a container and an account. */
const SAS_OF_ACCOUNT = /^(?:fs\.)?azure\.sas\.([^.]+)\.(blob|dfs)\..+$/i

function ofEntry(entry: ConfEntry, source: string): Finding[] {
  const account = AUTH.exec(entry.key)?.[1]
  if (account !== undefined) return [noSuchAuth(entry, account, source)]
  const name = SAS_OF_ACCOUNT.exec(entry.key)?.[1]
  if (name !== undefined) return [noSuchSas(entry, name, source)]
  const meant = misspelt(entry.key)
  return meant === null ? [] : [misspelling(entry, meant, source)]
}

function noSuchAuth({ key, value }: ConfEntry, account: string, source: string): Finding {
  const host = account.replace('.blob.', '.dfs.')
  return {
    id: 'no-such-option-auth',
    severity: 'error',
    what: `There is no option ${key}${value === null ? '' : ` (set to ${value})`}: it has no effect.`,
    why: 'A managed identity works with abfs only, by auth.type and a token provider; wasb takes an account key or a SAS, and Flink fails to write without one.',
    fix: [
      `# with directories written as abfss://<container>@${host}/<path>`,
      `fs.azure.account.auth.type.${host}: OAuth`,
      `fs.azure.account.oauth.provider.type.${host}: org.apache.hadoop.fs.azurebfs.oauth2.MsiTokenProvider`,
      `fs.azure.account.oauth2.msi.tenant.${host}: <tenant id>`,
      `fs.azure.account.oauth2.client.id.${host}: <client id of the identity>`,
      '# Flink 1.17 and older: org.apache.flink.fs.shaded.hadoop3.org.apache.hadoop.fs.azurebfs.oauth2.MsiTokenProvider',
    ].join('\n'),
    source,
  }
}

function noSuchSas({ key }: ConfEntry, account: string, source: string): Finding {
  const host = key.slice(key.toLowerCase().indexOf('azure.sas.') + 'azure.sas.'.length).replace('.dfs.', '.blob.')
  return {
    id: 'no-such-option-sas',
    severity: 'error',
    what: `${key} names no container: it has no effect.`,
    why: `wasb looks for a SAS of one container, not of the account ${account}, and goes on without it: to the account key, or anonymously.`,
    fix: [
      '# the token without the question mark in front; it needs read, add, create, write, delete and list',
      `fs.azure.sas.<container>.${host}: sv=...&sig=...`,
    ].join('\n'),
    source,
  }
}

const KNOWN = Object.values(OPTION_NAMES).flat()

/** A name that differs from a known one by hyphens, dots, capitals or a plural only. */
function misspelt(key: string): string | null {
  if (KNOWN.some((known) => known === key)) return null
  return KNOWN.find((known) => skeleton(known) === skeleton(key)) ?? null
}

function skeleton(key: string): string {
  return key.toLowerCase().replaceAll(/[-_.]|s\b/g, '')
}

function misspelling({ key }: ConfEntry, meant: string, source: string): Finding {
  return {
    id: 'misspelt-option',
    severity: 'error',
    what: `There is no option ${key}: it has no effect.`,
    why: 'Flink takes options that it does not know without a word.',
    fix: `${meant}: <the same value>`,
    source,
  }
}
