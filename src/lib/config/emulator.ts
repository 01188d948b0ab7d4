import { Secret } from '../secret.js'
import { isLoopback } from './azure-hosts.js'
import type { FlinkConf } from './flink-conf.js'
import { hadoopOption } from './hadoop-options.js'
import { toUrl } from './url.js'

/** The emulator's public, documented key: it opens nothing but an emulator. */
const WELL_KNOWN_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

export function wellKnownKey(): Secret {
  return new Secret(WELL_KNOWN_KEY)
}

/** Where hadoop-azure finds its development storage; it has no option for another address (`AzureNativeFileSystemStore`). */
export const EMULATOR_ENDPOINT = 'http://127.0.0.1:10000/devstoreaccount1'

/** Whether wasb would take this account for the emulator: its whole host equals `fs.azure.storage.emulator.account.name`. */
export function isEmulatorAlias(account: string, conf: FlinkConf | null): boolean {
  const alias = conf ? hadoopOption(conf, 'fs.azure.storage.emulator.account.name') : null
  return account.toLowerCase() === (alias?.value.reveal().toLowerCase() ?? 'storageemulator')
}

/** Whether an endpoint is an emulator on this machine. */
export function isLocalEmulator(endpoint: string): boolean {
  return isLoopback(endpoint) && toUrl(endpoint)?.pathname.startsWith('/devstoreaccount1') === true
}
