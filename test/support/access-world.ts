import type { World } from '../../src/lib/config/account-access.js'
import { parseFlinkConf } from '../../src/lib/config/flink-conf.js'
import type { AccountSetting } from '../../src/lib/config/settings.js'

export interface WorldOptions {
  /** Accounts of roots and pins; those of `storage` are named by it. */
  configured?: readonly string[]
  typed?: readonly string[]
  storage?: Readonly<Record<string, Partial<AccountSetting>>>
  env?: Record<string, string>
  /** The text of a `flink-conf.yaml`. */
  conf?: string
  isFound?: boolean
  onNotice?: (text: string) => void
}

/** What the gate goes by, from little. */
export function worldOf({ configured = [], typed = [], storage = {}, env = {}, conf, isFound = false, onNotice }: WorldOptions): World {
  const settings = new Map(
    Object.entries(storage).map(([host, one]) => [host, { endpoint: null, auth: 'auto' as const, allowHttp: false, ...one }]),
  )
  return {
    storage: settings,
    env,
    flinkConf: conf === undefined ? null : parseFlinkConf('/c/flink-conf.yaml', conf),
    configured: new Set([...configured, ...settings.keys()]),
    typed: new Set(typed),
    isFound,
    onNotice: onNotice ?? (() => undefined),
  }
}
