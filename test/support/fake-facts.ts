import { surveyText } from '../../src/lib/config/conf-survey.js'
import type { ConfFile, ContainerFacts, Fact, Facts, JobFacts, Root } from '../../src/lib/findings/facts.js'
import type { CheckpointConfig, CheckpointStats } from '../../src/lib/ports.js'
import type { ContainerTrial, Trial } from '../../src/lib/ports-probe.js'
import { ACCOUNT, CONTAINER, entry, JOB, NOW_MS, stats } from './fake-ports.js'

export const ABFS = `abfss://${CONTAINER}@acct.dfs.core.windows.net`
export const WASB = `wasbs://${CONTAINER}@${ACCOUNT}`

/** A configuration in which nothing is left to say. */
export const HARDENED: Record<string, string> = {
  'execution.checkpointing.interval': '60s',
  'execution.checkpointing.mode': 'EXACTLY_ONCE',
  'execution.checkpointing.dir': `${ABFS}/checkpoints`,
  'execution.checkpointing.savepoint-dir': `${ABFS}/savepoints`,
  'execution.checkpointing.num-retained': '3',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.tolerable-failed-checkpoints': '3',
  'state.backend.type': 'rocksdb',
  'jobmanager.archive.fs.dir': `${ABFS}/history`,
  'high-availability.type': 'kubernetes',
  'fs.azure.account.auth.type.acct.dfs.core.windows.net': 'OAuth',
  'fs.azure.account.oauth.provider.type.acct.dfs.core.windows.net': 'org.apache.hadoop.fs.azurebfs.oauth2.MsiTokenProvider',
}

export type Options = Record<string, string | null>

/** The hardened configuration with other options; `null` takes one away. */
export function confWith(options: Options = {}, name = 'config.yaml'): ConfFile {
  const entries = Object.entries({ ...HARDENED, ...options }).filter(([, value]) => value !== null)
  return surveyText(`/conf/${name}`, entries.map(([key, value]) => `${key}: ${value}`).join('\n'), null).file
}

export function rootsBelow(base: string): Root[] {
  return [
    { kind: 'checkpoints', path: `${base}/checkpoints`, source: 'flinkops.yaml' },
    { kind: 'savepoints', path: `${base}/savepoints`, source: 'flinkops.yaml' },
    { kind: 'history', path: `${base}/history`, source: 'flinkops.yaml' },
  ]
}

export function known<T>(value: T): Fact<T> {
  return { state: 'known', value }
}

export const ALLOWED: Trial = { state: 'allowed' }
export const DENIED: Trial = {
  state: 'denied',
  reason: 'Not allowed to do this (AuthorizationPermissionMismatch).',
  advice: ['Assign the role.'],
}
export const NOT_KNOWN = { state: 'unknown' as const, reason: 'it did not answer.' }

export function container(trial: Partial<ContainerTrial> = {}, more: Partial<ContainerFacts> = {}): ContainerFacts {
  const rights = { list: ALLOWED, read: ALLOWED, write: ALLOWED, lease: ALLOWED, delete: ALLOWED }
  return {
    account: ACCOUNT,
    container: CONTAINER,
    isEmulator: false,
    trial: known({ exists: true, rights, isVersioned: false, isDeletionPermanent: false, leftBehind: null, ...trial }),
    softDeleteDays: known(14),
    ...more,
  }
}

export function right(name: keyof ContainerTrial['rights'], trial: Trial): ContainerFacts {
  return container({ rights: { list: ALLOWED, read: ALLOWED, write: ALLOWED, lease: ALLOWED, delete: ALLOWED, [name]: trial } })
}

export const CONFIG: CheckpointConfig = {
  mode: 'exactly_once',
  intervalMs: 60_000,
  timeoutMs: 600_000,
  minPauseMs: 0,
  maxConcurrent: 1,
  externalized: { enabled: true, deleteOnCancellation: false },
  stateBackend: 'EmbeddedRocksDBStateBackend',
  checkpointStorage: 'FileSystemCheckpointStorage',
  tolerableFailedCheckpoints: 3,
  changelogEnabled: false,
  changelogStorage: null,
}

type Entry = ReturnType<typeof entry>

/** A job whose last checkpoint completed 10 s ago. */
export function job(
  config: Partial<CheckpointConfig> = {},
  completed: Partial<Entry> = {},
  more: Partial<CheckpointStats['latest']> = {},
): JobFacts {
  const done = entry({ latestAckAtMs: NOW_MS - 10_000, externalPath: `${ABFS}/checkpoints/${JOB}/chk-7`, ...completed })
  return {
    jobId: JOB,
    name: 'sales_pipeline',
    startedAtMs: NOW_MS - 3_600_000,
    config: known({ ...CONFIG, ...config }),
    stats: known(stats({ completed: done, ...more }, [done])),
  }
}

export function cluster(jobs: JobFacts[], version = '2.3.1'): Facts['clusters'][number] {
  return { url: 'http://flink-jm:8081', version: known(version), configuration: known(new Map()), jobs: known(jobs) }
}

/** A cluster, a job and a container about which there is nothing to say. */
export function facts(parts: Partial<Facts> = {}): Facts {
  return {
    file: confWith(),
    clusters: [cluster([job()])],
    scripts: [],
    roots: rootsBelow(ABFS),
    containers: [container()],
    nowMs: NOW_MS,
    ...parts,
  }
}

/** The same, with other options in its configuration. */
export function factsWith(options: Options, parts: Partial<Facts> = {}): Facts {
  return facts({ file: confWith(options), ...parts })
}
