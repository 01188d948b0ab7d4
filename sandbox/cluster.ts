import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Child } from './child-process.js'
import { type FlinkSettings, flinkSettings, renderFlinkConfig } from './flink-config.js'
import type { FlinkHome } from './flink-home.js'
import { type FlinkDirs, type FlinkRole, LOG_CONFIG, logFile, startFlinkProcess } from './flink-processes.js'
import { at, numberAt, requestJson } from './http-json.js'
import { freePort } from './ports.js'
import { waitUntil } from './wait.js'

export interface ClusterOptions {
  home: FlinkHome
  /** `conf/`, `log/` and `tmp/` are made in it. */
  runDir: string
  ports?: { rest?: number; gateway?: number }
  slots?: number
  /** `false`: JobManager and TaskManager only. */
  sqlGateway?: boolean
  /** Added to the configuration, or in place of what the sandbox sets. */
  extraConfig?: FlinkSettings
}

/** Starts JobManager, TaskManager and, unless unwanted, SQL Gateway side by side and waits until all are ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { home, slots = 8 } = options
  const rest = options.ports?.rest ?? (await freePort())
  const gateway = options.ports?.gateway ?? (await freePort())
  const dirs = await prepareDirs(options, rest)
  const cluster = new Cluster({ home, dirs, slots, rest, gateway })
  try {
    const gatewayReady = options.sqlGateway === false ? Promise.resolve() : cluster.restartGateway()
    await Promise.all([cluster.startJobManager(), cluster.startTaskManager(), gatewayReady])
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

interface ClusterParts {
  home: FlinkHome
  dirs: FlinkDirs
  slots: number
  rest: number
  gateway: number
}

/** A session cluster with one TaskManager. Killing is SIGKILL, shutting down is not; starting again waits until it is of use. */
export class Cluster {
  readonly restUrl: string
  readonly gatewayUrl: string
  readonly #parts: ClusterParts
  readonly #running = new Map<FlinkRole, Child>()
  #taskManagers = 0

  constructor(parts: ClusterParts) {
    this.#parts = parts
    this.restUrl = `http://127.0.0.1:${parts.rest}`
    this.gatewayUrl = `http://127.0.0.1:${parts.gateway}`
  }

  get version(): string {
    return this.#parts.home.version
  }

  get confDir(): string {
    return this.#parts.dirs.conf
  }

  get logDir(): string {
    return this.#parts.dirs.log
  }

  async startJobManager(): Promise<void> {
    await this.#start('jobmanager')
    await this.#ready('jobmanager', 'the JobManager answers', () => answers(`${this.restUrl}/overview`))
    if (this.#isUp('taskmanager')) await this.#slotsOffered()
  }

  killJobManager(): Promise<void> {
    return this.#kill('jobmanager')
  }

  async startTaskManager(): Promise<void> {
    // A new name each time: the JobManager goes on listing a killed TaskManager until its heartbeat times out.
    if (!this.#isUp('taskmanager')) this.#taskManagers += 1
    await this.#start('taskmanager', [`-Dtaskmanager.resource-id=${this.#taskManagerId()}`])
    if (this.#isUp('jobmanager')) await this.#slotsOffered()
  }

  killTaskManager(): Promise<void> {
    return this.#kill('taskmanager')
  }

  async restartGateway(): Promise<void> {
    await this.#kill('sql-gateway')
    await this.#start('sql-gateway')
    await this.#ready('sql-gateway', 'the SQL Gateway answers', () => answers(`${this.gatewayUrl}/v1/info`))
  }

  /** What `stop-cluster.sh` does: SIGTERM to the TaskManager, then to the JobManager; running jobs are neither cancelled nor given a savepoint. */
  async shutDown(): Promise<void> {
    for (const role of ['taskmanager', 'jobmanager'] as const) await this.#running.get(role)?.stop()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((role) => this.#kill(role)))
  }

  #taskManagerId(): string {
    return `taskmanager-${this.#taskManagers}`
  }

  #slotsOffered(): Promise<void> {
    const url = `${this.restUrl}/taskmanagers`
    return this.#ready('taskmanager', 'the TaskManager offers its slots', async () =>
      listsTaskManager(await requestJson(url), this.#taskManagerId()),
    )
  }

  #isUp(role: FlinkRole): boolean {
    return this.#running.get(role)?.exitCode() === null
  }

  async #start(role: FlinkRole, extraArgs: readonly string[] = []): Promise<void> {
    if (this.#isUp(role)) return
    const { home, dirs, gateway } = this.#parts
    this.#running.set(role, await startFlinkProcess({ role, home, dirs, gatewayPort: gateway, extraArgs }))
  }

  async #kill(role: FlinkRole): Promise<void> {
    await this.#running.get(role)?.kill()
  }

  async #ready(role: FlinkRole, until: string, probe: () => Promise<true | null>): Promise<void> {
    const child = this.#running.get(role)
    await waitUntil({ until, probe, logFile: logFile(role, this.#parts.dirs), ...(child === undefined ? {} : { child }) })
  }
}

async function prepareDirs(options: ClusterOptions, restPort: number): Promise<FlinkDirs> {
  const { home, runDir, slots = 8, extraConfig = {} } = options
  const dirs = { conf: join(runDir, 'conf'), log: join(runDir, 'log'), tmp: join(runDir, 'tmp') }
  for (const dir of Object.values(dirs)) await mkdir(dir, { recursive: true })
  const rpcPort = await freePort()
  const settings = flinkSettings({ version: home.version, restPort, rpcPort, slots, tmpDir: dirs.tmp, extraConfig })
  const { fileName, text } = renderFlinkConfig(home.version, settings)
  // The account key stands in it.
  await writeFile(join(dirs.conf, fileName), text, { mode: 0o600 })
  await writeFile(join(dirs.conf, 'log4j.properties'), LOG_CONFIG)
  return dirs
}

async function answers(url: string): Promise<true | null> {
  await requestJson(url)
  return true
}

/** Known by name and with slots: it is named a moment before its slots are. */
function listsTaskManager(body: unknown, id: string): true | null {
  const known = at(body, 'taskmanagers')
  if (!Array.isArray(known)) return null
  return known.some((each) => at(each, 'id') === id && numberAt(each, 'slotsNumber') > 0) ? true : null
}
