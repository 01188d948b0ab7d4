import type { Storage } from './azure/storage.js'
import { type ConfigFlags, type ConfReader, resolveConfig } from './config/resolve.js'
import { withJobManagerConfiguration } from './config/roots.js'
import type { EffectiveConfig } from './config/settings.js'
import { isLoopback } from './config/url.js'
import { usageError } from './errors.js'
import { journalDirectory } from './journal/directory.js'
import { createDrillJournal } from './journal/drill-journal.js'
import { createJournal } from './journal/journal.js'
import { createMaintenanceJournal } from './journal/maintenance-journal.js'
import { createRunJournal } from './journal/run-journal.js'
import { createStartJournal } from './journal/start-journal.js'
import { createUsageHistory } from './journal/usage-history.js'
import type { JobManager, Journal, SqlGateway } from './ports.js'
import type { DrillJournal } from './ports-drill.js'
import type { BlobInventory } from './ports-inventory.js'
import type { MaintenanceJournal } from './ports-maintenance.js'
import type { RunJournal } from './ports-runs.js'
import type { StartJournal } from './ports-started.js'
import type { UsageHistory } from './ports-usage.js'

/** The world of one command. What reaches servers is built on first use, by a lazy import: job control never loads the Azure SDK. */
export interface Context {
  config: EffectiveConfig
  journal: Journal
  runs: RunJournal
  starts: StartJournal
  maintenance: MaintenanceJournal
  usageHistory: UsageHistory
  drills: DrillJournal
  jobManager(): Promise<JobManager>
  jobManagers(): Promise<JobManager[]>
  sqlGateway(): Promise<SqlGateway>
  storage(): Promise<Storage>
  /** A run of Azure Blob Inventory that lists all of these containers. */
  inventory(source: string, containers: readonly { account: string; container: string }[]): Promise<BlobInventory>
  /** The configuration with what only the JobManager knows: roots that nothing else sets. Stays as it is when it cannot be asked. */
  withCluster(): Promise<EffectiveConfig>
  now: () => number
  signal: AbortSignal
}

/** Composition root: the only place that builds adapters. */
export async function createContext(input: {
  flags: ConfigFlags
  signal: AbortSignal
  onProblem: (problem: Error) => void
  onNotice: (text: string) => void
  readConf?: ConfReader
}): Promise<Context> {
  const { flags, readConf, onNotice } = input
  const config = await resolveConfig({ flags, env: process.env, cwd: process.cwd(), onNotice, ...(readConf && { readConf }) })
  const directory = journalDirectory(process.env)
  const connect = (url: string) => buildJobManager(url, config, input.onProblem)
  const jobManager = once(() => connect(chosen(config)))
  const jobManagers = once(async () => Promise.all([jobManager(), ...config.jobManagers.value.slice(1).map(connect)]))
  const storage = once(() => buildStorage(config))
  return {
    config,
    journal: createJournal({ directory, onProblem: input.onProblem }),
    runs: createRunJournal({ directory }),
    starts: createStartJournal({ directory, onProblem: input.onProblem }),
    maintenance: createMaintenanceJournal({ directory, onProblem: input.onProblem }),
    usageHistory: createUsageHistory({ directory }),
    drills: createDrillJournal({ directory }),
    jobManagers,
    jobManager,
    sqlGateway: once(() => buildSqlGateway(config, input.onProblem)),
    storage,
    inventory: async (source, containers) => {
      const { openInventory } = await import('./inventory/open.js')
      return openInventory({ source, containers, storage: await storage(), nowMs: Date.now(), signal: input.signal })
    },
    withCluster: once(async () => askCluster(config, await jobManager(), input.signal)),
    now: Date.now,
    signal: input.signal,
  }
}

/** Whoever reads a container sees what a run that is under way, or was cut off, has taken. */
async function buildStorage(config: EffectiveConfig): Promise<Storage> {
  const [{ createStorage }, { withCopies }] = await Promise.all([import('./azure/storage.js'), import('./operations/with-copies.js')])
  const storage = createStorage({ accessFor: config.accessFor })
  return { ...storage, container: async (account, container) => withCopies(await storage.container(account, container), storage) }
}

async function buildJobManager(url: string, config: EffectiveConfig, onProblem: (problem: Error) => void): Promise<JobManager> {
  const { createJobManager } = await import('./flink/client.js')
  return createJobManager(wayTo(url, config, onProblem))
}

async function buildSqlGateway(config: EffectiveConfig, onProblem: (problem: Error) => void): Promise<SqlGateway> {
  const url = config.sqlGateway.value
  if (url === null)
    throw usageError('No SQL Gateway is known.', 'Name it in flinkops.yaml (sqlGateway), FLINKOPS_SQL_GATEWAY or --sql-gateway.')
  const { createSqlGateway } = await import('./flink/sql.js')
  return createSqlGateway(wayTo(url, config, onProblem))
}

/** What a server of Flink is reached with. No proxy reaches this machine's own ports; what is sent there stays here. */
function wayTo(url: string, config: EffectiveConfig, onProblem: (problem: Error) => void) {
  const { headers, withheld } = config.headersFor(url)
  if (withheld !== null) onProblem(new Error(withheld))
  return { url, headers, withheld, proxy: hasProxy() && !isLoopback(url) }
}

function hasProxy(): boolean {
  return ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'].some((name) => (process.env[name] ?? '') !== '')
}

async function askCluster(config: EffectiveConfig, jobManager: JobManager, signal: AbortSignal): Promise<EffectiveConfig> {
  const isOpen = Object.values(config.roots).some((setting: { source: string }) => setting.source === 'default')
  if (!isOpen) return config
  try {
    return withJobManagerConfiguration(config, await jobManager.configuration(signal))
  } catch (error) {
    if (signal.aborted) throw error
    return config
  }
}

function chosen({ jobManagers }: EffectiveConfig): string {
  const [url] = jobManagers.value
  if (url === undefined) throw usageError('No JobManager is named.', 'Give --jobmanager or list one in flinkops.yaml.')
  return url
}

function once<T>(build: () => Promise<T>): () => Promise<T> {
  let built: Promise<T> | undefined
  return () => {
    built ??= build()
    return built
  }
}
