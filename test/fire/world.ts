import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import { startAzurite } from '../../sandbox/azurite.js'
import { clickCounterJar } from '../../sandbox/click-counter.js'
import { type Cluster, startCluster } from '../../sandbox/cluster.js'
import { CONTAINER, createContainer, EMULATOR_PORT, statePath } from '../../sandbox/emulator.js'
import type { FlinkSettings } from '../../sandbox/flink-config.js'
import { type FlinkHome, flinkHome } from '../../sandbox/flink-home.js'
import { flinkopsConfig } from '../../sandbox/flinkops-config.js'
import { FLINK_UNDER_TEST, type RunResult, runFlinkops, stateIn } from '../support/sandbox.js'
import { FIRE_JOBS, jobEntry } from './jobs.js'

/** Flink refuses a shorter one. */
export const CHECKPOINT_TIMEOUT_SECONDS = 10

/** One account, and two clusters on it: one under fire, one that proves what is left and leaves no trace below the roots. */
export interface FireWorld {
  fire: Cluster
  proving: Cluster
  storage: ContainerClient
  jarFile: string
  /** Where the command line under test keeps its journal. */
  journalDir: string
  flinkops(args: readonly string[]): Promise<RunResult>
  /** With `keepLogs` the folder stays, for whoever has to find out what went wrong. */
  stop(options?: { keepLogs: boolean }): Promise<void>
}

/** Starts everything in a temporary folder; Azurite needs port 10000, so one at a time. */
export async function startFireWorld(say: (line: string) => void): Promise<FireWorld> {
  const home = await flinkHome(FLINK_UNDER_TEST, { say })
  const jarFile = await clickCounterJar(home)
  const dir = await mkdtemp(join(tmpdir(), 'flinkops-fire-'))
  const azurite = await startAzurite({ port: EMULATOR_PORT })
  const stops = [() => azurite.stop()]
  const stop = async ({ keepLogs } = { keepLogs: false }) => {
    for (const one of stops.toReversed()) await one()
    if (keepLogs) say(`Logs and journal: ${dir}`)
    else await rm(dir, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    const storage = await createContainer(azurite.endpoint, CONTAINER)
    const [fire, proving] = await startClusters(home, dir)
    stops.push(
      () => fire.stop(),
      () => proving.stop(),
    )
    const configFile = join(dir, 'flinkops.yaml')
    const jobs = Object.fromEntries(FIRE_JOBS.map((job) => [job.name, jobEntry(job, jarFile)]))
    const { restUrl, confDir } = fire
    const changelog = statePath('changelog')
    await writeFile(configFile, flinkopsConfig({ restUrl, confDir, storageEndpoint: azurite.endpoint, changelog, jobs }))
    const env = { ...stateIn(dir), FLINKOPS_CONFIG: configFile }
    const flinkops = (args: readonly string[]) => runFlinkops(args, { cwd: dir, env })
    return { fire, proving, storage, jarFile, journalDir: join(dir, 'state', 'flinkops'), flinkops, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startClusters(home: FlinkHome, dir: string): Promise<[Cluster, Cluster]> {
  for (const name of ['fire', 'proving']) await mkdir(join(dir, name))
  const fire = await startCluster({ home, runDir: join(dir, 'fire'), sqlGateway: false, extraConfig: underFire() })
  try {
    return [fire, await startCluster({ home, runDir: join(dir, 'proving'), sqlGateway: false, extraConfig: forProofs() })]
  } catch (error) {
    await fire.stop()
    throw error
  }
}

function underFire(): FlinkSettings {
  return {
    'execution.checkpointing.interval': '1s',
    'execution.checkpointing.timeout': `${CHECKPOINT_TIMEOUT_SECONDS}s`,
    'execution.checkpointing.tolerable-failed-checkpoints': 1000,
    'state.checkpoints.num-retained': 3,
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': 1000,
    'restart-strategy.fixed-delay.delay': '500ms',
    ...changelogIn('changelog'),
  }
}

/** A job that fails stays failed, so that its first failure is the answer; nothing is written below the roots. */
function forProofs(): FlinkSettings {
  return {
    'execution.checkpointing.interval': '1h',
    'state.checkpoints.dir': statePath('proof/checkpoints'),
    'state.savepoints.dir': statePath('proof/savepoints'),
    'jobmanager.archive.fs.dir': statePath('proof/history'),
    'restart-strategy.type': 'none',
    'web.refresh-interval': 300,
    ...changelogIn('proof/changelog'),
  }
}

function changelogIn(name: string): FlinkSettings {
  return {
    'state.changelog.storage': 'filesystem',
    'state.changelog.dstl.dfs.base-path': statePath(name),
    'state.changelog.periodic-materialize.interval': '3s',
  }
}
