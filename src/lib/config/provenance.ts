import type { Credential } from '../access.js'
import { parseLocation } from '../state/location.js'
import { formatDuration } from './duration.js'
import type { EffectiveConfig, JobSpec, RetentionSettings, Roots, Setting } from './settings.js'

/** One line of `flinkops config`; secrets are `***`. */
export interface ProvenanceRow {
  key: string
  value: string
  source: string
}

/** Every effective value with where it came from. */
export function provenance(config: EffectiveConfig): ProvenanceRow[] {
  return [
    row('context', config.contextName),
    row('jobManagers', config.jobManagers),
    row('sqlGateway', config.sqlGateway),
    { key: 'flinkConf', value: text(config.flinkConf?.path ?? null), source: config.flinkConf ? 'file' : 'default' },
    ...rootRows(config.roots),
    row('exclusive', config.exclusive),
    row('pins', config.pins),
    ...retentionRows(config.retention),
    ...Object.entries(config.jobs.value).map(([name, job]) => ({ key: `jobs.${name}`, value: jobText(job), source: config.jobs.source })),
    ...[...config.headers.keys()].map((name) => ({ key: `headers.${name}`, value: '***', source: 'FLINK_REST_CLIENT_HEADERS' })),
    ...storageRows(config),
  ]
}

function row(key: string, setting: Setting<unknown>): ProvenanceRow {
  return { key, value: text(setting.value), source: setting.source }
}

function text(value: unknown): string {
  if (value === null) return '-'
  return Array.isArray(value) ? value.join(' ') || '-' : String(value)
}

function rootRows(roots: Roots): ProvenanceRow[] {
  return [
    row('roots.checkpoints', roots.checkpoints),
    row('roots.savepoints', roots.savepoints),
    row('roots.changelog', roots.changelog),
    row('roots.history', roots.history),
  ]
}

function retentionRows(retention: RetentionSettings): ProvenanceRow[] {
  const age = (key: string, setting: Setting<number | null>): ProvenanceRow =>
    row(key, { ...setting, value: setting.value === null ? 'never' : formatDuration(setting.value) })
  return [
    age('retention.checkpoints', retention.checkpointsMs),
    age('retention.savepoints', retention.savepointsMs),
    age('retention.unnamed', retention.unnamedMs),
    age('retention.abandoned', retention.abandonedMs),
    row('retention.keepLast', retention.keepLast),
    age('retention.grace', retention.graceMs),
  ]
}

function jobText(job: JobSpec): string {
  return job.kind === 'script' ? job.script : [job.jar, ...(job.entryClass ? [job.entryClass] : [])].join(' ')
}

/** One credential row for each container that the roots name, one endpoint row for each account that is served elsewhere. */
function storageRows(config: EffectiveConfig): ProvenanceRow[] {
  const { checkpoints, savepoints, changelog, history } = config.roots
  const uris = [...checkpoints.value, ...savepoints.value, ...changelog.value, ...(history.value ? [history.value] : [])]
  const rows = new Map<string, ProvenanceRow>()
  for (const uri of uris) {
    const parsed = parseLocation(uri)
    if (!parsed.ok) continue
    const { account, container } = parsed.location
    for (const entry of accessRows(config, account, container)) rows.set(entry.key, entry)
  }
  return [...rows.values()]
}

function accessRows(config: EffectiveConfig, account: string, container: string): ProvenanceRow[] {
  const key = `storage.${account}/${container}`
  try {
    const access = config.accessFor(account, container)
    const credential = { key: `${key}.credential`, value: credentialText(access.credential), source: access.source }
    if (!access.endpoint) return [credential]
    const source = config.storage.get(account)?.endpoint ? 'flinkops.yaml' : access.source
    return [{ key: `${key}.endpoint`, value: access.endpoint, source }, credential]
  } catch (error) {
    return [{ key: `${key}.credential`, value: '-', source: error instanceof Error ? error.message : 'none' }]
  }
}

function credentialText(credential: Credential): string {
  switch (credential.kind) {
    case 'key':
      return 'account key ***'
    case 'sas':
      return 'SAS ***'
    case 'connectionString':
      return 'connection string ***'
    case 'clientSecret':
      return `client ${credential.clientId} ***`
    case 'identity':
      return `identity (${credential.which})`
    case 'anonymous':
      return 'anonymous'
  }
}
