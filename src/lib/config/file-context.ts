import { resolve } from 'node:path'
import { canonicalAccount, parseLocation } from '../state/location.js'
import { type AccountSetting, AUTH_WAYS, type JobSpec, type Setting } from './settings.js'
import { parseBaseUrl } from './url.js'
import type { YamlNode } from './yaml-node.js'

/** What one context of `flinkops.yaml` sets; `null` = nothing. */
export interface FileContext {
  jobManagers: Setting<string[]> | null
  sqlGateway: Setting<string> | null
  flinkConf: Setting<string> | null
  roots: {
    checkpoints: Setting<string[]> | null
    savepoints: Setting<string[]> | null
    changelog: Setting<string[]> | null
    history: Setting<string> | null
  }
  exclusive: Setting<boolean> | null
  storage: Map<string, AccountSetting>
  pins: Setting<string[]> | null
  retention: FileRetention
  jobs: Setting<Record<string, JobSpec>> | null
}

export interface FileRetention {
  checkpoints: Setting<number> | null
  savepoints: Setting<number> | null
  unnamed: Setting<number> | null
  abandoned: Setting<number> | null
  keepLast: Setting<number> | null
  grace: Setting<number> | null
}

type Read<T> = (node: YamlNode) => T

/** Validates one context; relative paths are taken from the file's directory. */
export function readContext(name: string, node: YamlNode, directory: string): FileContext {
  const get = node.fields('jobManagers', 'sqlGateway', 'flinkConf', 'roots', 'exclusive', 'storage', 'pins', 'retention', 'jobs')
  const set = setter(name)
  return {
    jobManagers: set(get('jobManagers'), atLeastOneUrl),
    sqlGateway: set(get('sqlGateway'), url),
    flinkConf: set(get('flinkConf'), (entry) => resolve(directory, entry.text())),
    roots: readRoots(get('roots'), set),
    exclusive: set(get('exclusive'), (entry) => entry.boolean()),
    storage: readStorage(get('storage')),
    pins: set(get('pins'), locations),
    retention: readRetention(get('retention'), set),
    jobs: set(get('jobs'), (entry) => readJobs(entry, directory)),
  }
}

type Setter = <T>(node: YamlNode | null, read: Read<T>) => Setting<T> | null

function setter(context: string): Setter {
  return (node, read) => node && { value: read(node), source: `flinkops.yaml context ${context} (${node.where})` }
}

function readRoots(node: YamlNode | null, set: Setter): FileContext['roots'] {
  const get = node?.fields('checkpoints', 'savepoints', 'changelog', 'history')
  return {
    checkpoints: set(get?.('checkpoints') ?? null, locations),
    savepoints: set(get?.('savepoints') ?? null, locations),
    changelog: set(get?.('changelog') ?? null, locations),
    history: set(get?.('history') ?? null, location),
  }
}

function readRetention(node: YamlNode | null, set: Setter): FileRetention {
  const get = node?.fields('checkpoints', 'savepoints', 'unnamed', 'abandoned', 'keepLast', 'grace')
  const duration: Read<number> = (entry) => entry.durationMs()
  return {
    checkpoints: set(get?.('checkpoints') ?? null, duration),
    savepoints: set(get?.('savepoints') ?? null, duration),
    unnamed: set(get?.('unnamed') ?? null, duration),
    abandoned: set(get?.('abandoned') ?? null, duration),
    keepLast: set(get?.('keepLast') ?? null, (entry) => entry.positiveInteger()),
    grace: set(get?.('grace') ?? null, duration),
  }
}

function readStorage(node: YamlNode | null): Map<string, AccountSetting> {
  const accounts = new Map<string, AccountSetting>()
  for (const [host, entry] of node?.entriesOrEmpty() ?? []) {
    if (/[/@:]/.test(host)) throw entry.error('must be named by the host of the account alone, for example acct.blob.core.windows.net.')
    const get = entry.fields('endpoint', 'auth', 'allowHttp')
    const endpoint = get('endpoint')
    accounts.set(canonicalAccount(host), {
      endpoint: endpoint && url(endpoint),
      auth: get('auth')?.oneOf(AUTH_WAYS) ?? 'auto',
      allowHttp: get('allowHttp')?.boolean() ?? false,
    })
  }
  return accounts
}

function readJobs(node: YamlNode, directory: string): Record<string, JobSpec> {
  return Object.fromEntries(node.entries().map(([name, entry]) => [name, readJob(entry, directory)]))
}

function readJob(node: YamlNode, directory: string): JobSpec {
  const get = node.fields('script', 'defineFile', 'jar', 'entryClass', 'args', 'parallelism')
  const script = get('script')
  const jar = get('jar')
  const defineFile = get('defineFile')
  if (defineFile && jar) throw defineFile.error('goes with a script, not with a jar.')
  if (script && jar) throw node.error('has both a script and a jar; keep one.')
  if (jar) {
    return {
      kind: 'jar',
      jar: resolve(directory, jar.text()),
      entryClass: get('entryClass')?.text() ?? null,
      args:
        get('args')
          ?.list()
          .map((entry) => entry.textual()) ?? [],
      parallelism: get('parallelism')?.positiveInteger() ?? null,
    }
  }
  if (!script) throw node.error('has neither a script nor a jar.')
  const ofJar = get('entryClass') ?? get('args') ?? get('parallelism')
  if (ofJar) throw ofJar.error('goes with a jar, not with a script.')
  return {
    kind: 'script',
    script: resolve(directory, script.text()),
    ...(defineFile && { defineFile: resolve(directory, defineFile.text()) }),
  }
}

function url(node: YamlNode): string {
  const result = parseBaseUrl(node.text())
  if (!result.ok) throw node.error(`${result.problem}.`)
  return result.url
}

function atLeastOneUrl(node: YamlNode): string[] {
  const urls = node.list().map(url)
  if (urls.length === 0) throw node.error('must name at least one JobManager.')
  return urls
}

function location(node: YamlNode): string {
  const text = node.text()
  const result = parseLocation(text)
  if (!result.ok)
    throw node.error(
      `is not a path in Azure Blob Storage: ${result.problem}.`,
      'Write it as wasbs://container@account.blob.core.windows.net/path.',
    )
  return text
}

function locations(node: YamlNode): string[] {
  return node.list().map(location)
}
