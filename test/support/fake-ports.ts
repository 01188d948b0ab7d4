import { createHash } from 'node:crypto'
import { EXIT, FlinkopsError } from '../../src/lib/errors.js'
import type {
  Blob,
  CheckpointConfig,
  CheckpointEntry,
  CheckpointStats,
  ContainerReader,
  JobManager,
  JobOverview,
  StorageReader,
} from '../../src/lib/ports.js'
import { levelOf } from './level-of.js'

export const ACCOUNT = 'acct.blob.core.windows.net'
export const CONTAINER = 'flink'
export const NOW_MS = Date.UTC(2026, 10, 22, 12)
export const JOB = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

export function uri(name: string): string {
  return `wasbs://${CONTAINER}@${ACCOUNT}/${name}`
}

export interface FakeBlob {
  bytes?: Uint8Array
  sizeBytes?: number
  lastModifiedMs?: number
  isDirectory?: boolean
  isUploading?: boolean
}

export interface FakeStorage extends StorageReader {
  /** By blob name; a test may change them while the work goes on. */
  blobs: Map<string, FakeBlob>
}

/** One container in memory; another account cannot be reached, another container is not there. */
export function fakeStorage(blobs: Record<string, FakeBlob> = {}): FakeStorage {
  const held = new Map(Object.entries(blobs))
  return { blobs: held, container: async (account, container) => reader(held, account, container) }
}

function reader(blobs: Map<string, FakeBlob>, account: string, container: string): ContainerReader {
  const check = () => {
    if (account !== ACCOUNT)
      throw new FlinkopsError(`${account} cannot be reached.`, { code: 'STORAGE_UNREACHABLE', exitCode: EXIT.unreachable })
  }
  return {
    account,
    container,
    async *list({ prefix = '' }) {
      check()
      const found = [...blobs].filter(([name]) => name.startsWith(prefix)).toSorted(([a], [b]) => (a < b ? -1 : 1))
      yield { blobs: found.map(listed), serverTimeMs: NOW_MS }
    },
    async *level({ prefix }) {
      check()
      yield levelOf([...blobs].map(listed), prefix, NOW_MS)
    },
    read: async ({ name }) => {
      check()
      const blob = blobs.get(name)
      if (blob === undefined) return { state: 'gone' }
      const bytes = blob.bytes ?? new Uint8Array(blob.sizeBytes ?? 0)
      return { state: 'read', bytes, etag: etagOf(blob), lastModifiedMs: blob.lastModifiedMs ?? NOW_MS }
    },
    stat: async ({ name }) => {
      check()
      const blob = blobs.get(name)
      return blob === undefined ? null : listed([name, blob])
    },
    exists: async () => {
      check()
      return container === CONTAINER
    },
    protection: async () => ({ softDeleteDays: null }),
  }
}

function listed([name, blob]: [string, FakeBlob]): Blob {
  return {
    name,
    sizeBytes: blob.bytes?.length ?? blob.sizeBytes ?? 0,
    etag: etagOf(blob),
    lastModifiedMs: blob.lastModifiedMs ?? NOW_MS,
    isDirectory: blob.isDirectory ?? false,
    isUploading: blob.isUploading ?? false,
  }
}

function etagOf(blob: FakeBlob): string {
  return createHash('sha1')
    .update(blob.bytes ?? String(blob.sizeBytes))
    .digest('hex')
}

/** A JobManager of which only what a test gives can be asked, and what it is: 2.3.0, configured by default. */
export function fakeJobManager(parts: Partial<JobManager>): JobManager {
  const missing = (name: string) => () => Promise.reject(new Error(`${name} was not expected to be asked`))
  const names = ['version', 'jobs', 'job', 'jobState', 'checkpoints', 'checkpointConfig', 'failureCause', 'configuration'] as const
  const posts = ['triggerSavepoint', 'triggerStop', 'operation', 'ensureJar', 'runJar', 'cancel', 'records'] as const
  const all = Object.fromEntries([...names, ...posts].map((name) => [name, missing(name)]))
  const itself = { version: async () => '2.3.0', refreshIntervalMs: async () => 3000, configuration: async () => new Map() }
  return { url: 'http://flink-jm:8081', ...all, ...itself, ...parts } as JobManager
}

/** As a streaming job has it; `null` = periodic checkpoints are off. */
export function checkpointConfig(intervalMs: number | null): CheckpointConfig {
  return {
    mode: 'exactly_once',
    intervalMs,
    timeoutMs: 600_000,
    minPauseMs: 0,
    maxConcurrent: 1,
    externalized: { enabled: true, deleteOnCancellation: false },
    stateBackend: 'rocksdb',
    checkpointStorage: null,
    tolerableFailedCheckpoints: null,
    changelogEnabled: false,
    changelogStorage: null,
  }
}

export function overview(parts: Partial<JobOverview> = {}): JobOverview {
  return {
    jobId: JOB,
    name: 'sales_pipeline',
    state: 'RUNNING',
    startedAtMs: NOW_MS - 60_000,
    endedAtMs: null,
    durationMs: 60_000,
    tasks: { running: 4, total: 4 },
    ...parts,
  }
}

export function entry(parts: Partial<CheckpointEntry> = {}): CheckpointEntry {
  return {
    id: 7,
    status: 'COMPLETED',
    isSavepoint: false,
    type: 'CHECKPOINT',
    triggeredAtMs: NOW_MS,
    latestAckAtMs: NOW_MS + 500,
    endToEndMs: 500,
    checkpointedBytes: 2048,
    stateBytes: 4096,
    subtasks: 4,
    acknowledgedSubtasks: 4,
    externalPath: uri(`checkpoints/${JOB}/chk-7`),
    discarded: false,
    failureMessage: null,
    ...parts,
  }
}

export function stats(latest: Partial<CheckpointStats['latest']> = {}, history: CheckpointEntry[] = []): CheckpointStats {
  const completed = latest.completed ? 1 : 0
  return {
    counts: { restored: latest.restored ? 1 : 0, total: history.length, inProgress: 0, completed, failed: latest.failed ? 1 : 0 },
    latest: { completed: null, savepoint: null, failed: null, restored: null, ...latest },
    history,
  }
}
