import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toBlob } from '../../src/lib/azure/blob.js'
import { parseCheckpointConfig, parseCheckpointStats } from '../../src/lib/flink/wire-checkpoints.js'
import { parseJobsOverview } from '../../src/lib/flink/wire-jobs.js'
import type { Blob, ContainerReader, JobManager, Journal } from '../../src/lib/ports.js'
import { levelOf } from './level-of.js'

/** What Flink's own classes say about a recorded tree. */
export interface Truth {
  container: string
  metadata: string[]
  referenced: string[]
  missing: string[]
  unreferenced: string[]
  directoryMarkers: string[]
  /** Files by kind of handle, for each `_metadata`. */
  byMetadata: Record<string, Record<string, string[]>>
}

export interface RecordedTree {
  name: string
  truth: Truth
  reader: ContainerReader
  /** The service's clock. */
  serverTimeMs: number
  /** Answers as recorded; knows no job when `jobs` is false. */
  jobManager: (options: { jobs: boolean }) => JobManager
}

export interface TreeOptions {
  /** Added to the service's clock at the newest blob. */
  laterMs?: number
  listing?: 'listing.jsonl' | 'listing-2.jsonl'
}

export const TREE_ACCOUNT = 'coolr0flink0starrocks.blob.core.windows.net'
const TREES = join(import.meta.dirname, '../../../shared/fixtures/trees')

/** Names of the recorded trees; none, with a word why, when they are not there. */
export function recordedTrees(): string[] {
  if (!existsSync(TREES)) {
    console.log('skipped: no recorded trees beside the repository')
    return []
  }
  return readdirSync(TREES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}

export function readTree(name: string, options: TreeOptions = {}): RecordedTree {
  const directory = join(TREES, name)
  const truth: Truth = JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8'))
  const blobs = listing(join(directory, options.listing ?? 'listing.jsonl'))
  const serverTimeMs = Math.max(...blobs.map((blob) => blob.lastModifiedMs)) + (options.laterMs ?? 0)
  const reader = mapReader({
    account: TREE_ACCOUNT,
    container: truth.container,
    blobs: new Map(blobs.map((blob) => [blob.name, blob])),
    serverTimeMs,
    bytesOf: (name) => readFileSync(join(directory, 'blobs', encodeURIComponent(name))),
  })
  return { name, truth, reader, serverTimeMs, jobManager: ({ jobs }) => recordedJobManager(join(directory, 'rest'), jobs, serverTimeMs) }
}

function listing(file: string): Blob[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const { name, size, lastModified, etag, metadata } = JSON.parse(line)
      const blob = toBlob(name, { contentLength: size, etag, lastModified: new Date(lastModified) }, metadata)
      if (blob === null) throw new Error(`an unusable line in ${file}: ${line}`)
      return blob
    })
}

export interface MapReaderInput {
  account: string
  container: string
  blobs: Map<string, Blob>
  serverTimeMs: number
  bytesOf: (name: string) => Uint8Array
}

/** A container of the blobs in a map, at each listing and reading just those that are in it then. */
export function mapReader({ account, container, blobs, serverTimeMs, bytesOf }: MapReaderInput): ContainerReader {
  return {
    account,
    container,
    async *list({ prefix = '' }) {
      yield { blobs: [...blobs.values()].filter((blob) => blob.name.startsWith(prefix)), serverTimeMs }
    },
    async *level({ prefix }) {
      yield levelOf(blobs.values(), prefix, serverTimeMs)
    },
    async read({ name, ifMatch }) {
      const blob = blobs.get(name)
      if (blob === undefined) return { state: 'gone' }
      if (ifMatch !== undefined && ifMatch !== blob.etag) return { state: 'changed' }
      return { state: 'read', bytes: bytesOf(name), etag: blob.etag, lastModifiedMs: blob.lastModifiedMs }
    },
    stat: async ({ name }) => blobs.get(name) ?? null,
    exists: async () => true,
    protection: async () => ({ softDeleteDays: 7 }),
  }
}

/** Asked at the time of the listing, which may be later than the recording: a job that ran runs on. */
function recordedJobManager(rest: string, hasJobs: boolean, atMs: number): JobManager {
  const answer = <T>(file: string, parse: (body: unknown) => T): T | null => {
    const path = join(rest, `${file}.json`)
    const body = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { error: 'not recorded' }
    return 'error' in body ? null : parse(body)
  }
  const notRecorded = () => Promise.reject(new Error('not recorded'))
  return {
    url: 'http://recorded:8081',
    jobs: async () => {
      const jobs = hasJobs ? (answer('jobs-overview', parseJobsOverview) ?? []) : []
      return jobs.map((job) => (job.endedAtMs === null ? { ...job, durationMs: atMs - job.startedAtMs } : job))
    },
    checkpoints: async (jobId) => answer(`jobs-${jobId}-checkpoints`, parseCheckpointStats),
    checkpointConfig: async (jobId) => answer(`jobs-${jobId}-checkpoints-config`, parseCheckpointConfig),
    version: async () => '2.3.0',
    refreshIntervalMs: async () => 3000,
    job: notRecorded,
    jobState: notRecorded,
    failureCause: notRecorded,
    configuration: async () => new Map(),
    triggerSavepoint: notRecorded,
    triggerStop: notRecorded,
    operation: notRecorded,
    ensureJar: notRecorded,
    runJar: notRecorded,
    cancel: notRecorded,
    records: notRecorded,
  }
}

/** A journal in which nothing stands and nothing stays. */
export function emptyJournal(): Journal {
  return {
    operationStarted: async () => undefined,
    operationEnded: async () => undefined,
    operation: async () => null,
    rememberName: async () => undefined,
    names: async () => new Map(),
    rememberRestore: async () => undefined,
    restores: async () => new Map(),
    rememberSightings: async () => undefined,
    sightings: async () => [],
  }
}
