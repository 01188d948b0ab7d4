import { stringify } from 'yaml'
import { ACCOUNT_HOST, EMULATOR_KEY, statePath } from './emulator.js'
import { isAtLeast, readsConfigYaml } from './flink-versions.js'

export type FlinkSettings = Record<string, string | number | boolean>

export interface SettingsOptions {
  version: string
  restPort: number
  rpcPort: number
  slots: number
  tmpDir: string
  extraConfig?: FlinkSettings
}

/** The settings of a sandbox cluster: the guide's own, with a short interval and with state in files even when it is small. */
export function flinkSettings(options: SettingsOptions): FlinkSettings {
  return { ...addresses(options), ...storage(), ...checkpointing(options.version), ...options.extraConfig }
}

/** The configuration file that a Flink version reads: its name and its text. */
export function renderFlinkConfig(version: string, settings: FlinkSettings): { fileName: string; text: string } {
  if (readsConfigYaml(version)) return { fileName: 'config.yaml', text: stringify(nest(settings)) }
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${value}`)
  return { fileName: 'flink-conf.yaml', text: `${lines.join('\n')}\n` }
}

function addresses({ restPort, rpcPort, slots, tmpDir }: SettingsOptions): FlinkSettings {
  return {
    'jobmanager.rpc.address': 'localhost',
    'jobmanager.rpc.port': rpcPort,
    'jobmanager.bind-host': 'localhost',
    'taskmanager.host': 'localhost',
    'taskmanager.bind-host': 'localhost',
    'taskmanager.numberOfTaskSlots': slots,
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': restPort,
    'io.tmp.dirs': tmpDir,
    'web.tmpdir': tmpDir,
    'jobmanager.memory.process.size': '1g',
    // A TaskManager turns to a restarted JobManager once it has missed the old one for this long: 50 s by default.
    'heartbeat.interval': 1_000,
    'heartbeat.timeout': 10_000,
    // A TaskManager that is up before its JobManager would sit out 10 s.
    'cluster.registration.error-delay': 500,
    'cluster.registration.refused-registration-delay': 500,
  }
}

function storage(): FlinkSettings {
  return {
    'state.checkpoints.dir': statePath('checkpoints'),
    'state.savepoints.dir': statePath('savepoints'),
    'jobmanager.archive.fs.dir': statePath('history'),
    'fs.azure.storage.emulator.account.name': ACCOUNT_HOST,
    // Flink does not need it for an emulator; a tool that reads Flink's configuration finds its credential here, as in production.
    [`fs.azure.account.key.${ACCOUNT_HOST}`]: EMULATOR_KEY,
  }
}

function checkpointing(version: string): FlinkSettings {
  const isNew = isAtLeast(version, 1, 19)
  return {
    'execution.checkpointing.interval': '3s',
    'execution.checkpointing.mode': 'EXACTLY_ONCE',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    [isNew ? 'state.backend.type' : 'state.backend']: 'rocksdb',
    [isAtLeast(version, 1, 20) ? 'execution.checkpointing.incremental' : 'state.backend.incremental']: true,
    // Small state would sit inside `_metadata`, and there would be no files to look at.
    [isAtLeast(version, 1, 20) ? 'execution.checkpointing.data-inline-threshold' : 'state.storage.fs.memory-threshold']: '0b',
  }
}

interface Nested {
  [key: string]: Nested | string | number | boolean
}

/** Dotted keys as a tree; an account's host stays whole, as in the guide. */
function nest(settings: FlinkSettings): Nested {
  const root: Nested = {}
  for (const [key, value] of Object.entries(settings)) {
    const path = segments(key)
    const last = path.pop() ?? key
    let node = root
    for (const part of path) {
      const next = node[part] ?? {}
      if (typeof next !== 'object') throw new Error(`${key}: ${part} has a value of its own already, which config.yaml cannot express`)
      node[part] = next
      node = next
    }
    node[last] = value
  }
  return root
}

function segments(key: string): string[] {
  const host = /\.([a-z0-9]+\.(?:blob|dfs)\.core\.windows\.net)$/.exec(key)?.[1]
  if (host === undefined) return key.split('.')
  return [...key.slice(0, -host.length - 1).split('.'), host]
}
