import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import { startAzurite } from './azurite.js'
import { CLICK_COUNTER, clickCounterJar } from './click-counter.js'
import { type Cluster, startCluster } from './cluster.js'
import { CONTAINER, createContainer, EMULATOR_PORT } from './emulator.js'
import type { FlinkSettings } from './flink-config.js'
import { type FlinkHome, flinkHome } from './flink-home.js'
import { flinkopsConfig, type JobEntry } from './flinkops-config.js'
import { compilerAvailable } from './java.js'
import { ORDERS_ENRICH, SALES_PIPELINE } from './jobs.js'

export interface SandboxOptions {
  /** The version; when absent, the one at `FLINK_HOME`, else the default. */
  flink?: string | null
  /** Configuration, logs and `flinkops.yaml` go here; emptied first. */
  runDir: string
  /** Where `flinkops.yaml` goes; in `runDir` when absent. */
  configFile?: string
  ports?: { rest?: number; gateway?: number }
  slots?: number
  extraConfig?: FlinkSettings
  /** Blobs go to this folder, which outlives a restart of the emulator, and are stamped by its clock; in memory when absent. */
  blobs?: { dir: string; dateOffsetMs: number }
  say?: (line: string) => void
}

/** Azurite in Flink's container, a cluster that writes to it, and the configuration that makes flinkops see both. */
export interface Sandbox {
  cluster: Cluster
  storage: ContainerClient
  storageEndpoint: string
  configFile: string
  jobs: Record<string, JobEntry>
  /** Blobs in `blobs.dir` age by its offset at once; new ones are stamped by the true clock. No job may be running meanwhile. */
  returnToPresent(): Promise<void>
  stop(): Promise<void>
}

/** Starts everything; nothing is left running when a part fails to come up. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { runDir, configFile = join(options.runDir, 'flinkops.yaml'), say = () => undefined } = options
  const home = await flinkHome(options.flink ?? null, { say })
  const jobs = await sandboxJobs(home)
  let azurite = await startAzurite({ port: EMULATOR_PORT, ...options.blobs })
  const returnToPresent = async () => {
    await azurite.stop()
    azurite = await startAzurite({ port: EMULATOR_PORT, ...(options.blobs && { dir: options.blobs.dir }) })
  }
  try {
    await rm(runDir, { recursive: true, force: true })
    const storage = await createContainer(azurite.endpoint, CONTAINER)
    say(`Starting Flink ${home.version} ...`)
    const cluster = await startCluster({ ...options, home })
    const { restUrl, gatewayUrl, confDir } = cluster
    await writeFile(configFile, flinkopsConfig({ restUrl, gatewayUrl, confDir, storageEndpoint: azurite.endpoint, jobs }))
    const stop = async () => {
      await cluster.stop()
      await azurite.stop()
    }
    return { cluster, storage, storageEndpoint: azurite.endpoint, configFile, jobs, returnToPresent, stop }
  } catch (error) {
    await azurite.stop()
    throw error
  }
}

async function sandboxJobs(home: FlinkHome): Promise<Record<string, JobEntry>> {
  const scripts = { sales_pipeline: { script: SALES_PIPELINE }, orders_enrich: { script: ORDERS_ENRICH } }
  if (!compilerAvailable()) return scripts
  const { jobName, entryClass } = CLICK_COUNTER
  return { ...scripts, [jobName]: { jar: await clickCounterJar(home), entryClass } }
}
