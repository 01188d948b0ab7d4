/**
 * What the use cases need from the world, as seen from inside. Adapters (flink, azure, journal) implement these; tests hand in
 * fakes. Reading only: what deletes lives in `ports-erase.ts`, so that planning cannot reach it.
 */

import type { Sighting } from './state/sighting.js'

export type { Sighting } from './state/sighting.js'

/** One blob of a listing. */
export interface Blob {
  /** Decoded blob name, without a leading slash. */
  name: string
  sizeBytes: number
  /** As the service gave it in the listing, unquoted. */
  etag: string
  lastModifiedMs: number
  /** A wasb/abfs directory marker (`hdi_isfolder`). Says nothing about its children. */
  isDirectory: boolean
  /** A wasb link blob (`hdi_tmpupload`): the file is being written, or its writer died. */
  isUploading: boolean
}

export interface BlobPage {
  blobs: Blob[]
  /** The service's clock (`Date` header of this answer), never the local one. */
  serverTimeMs: number
}

/** What lies directly below a prefix. */
export interface LevelPage extends BlobPage {
  /** Names of directories, each with a slash at the end. */
  directories: string[]
}

export type BlobContent =
  | { state: 'read'; bytes: Uint8Array; etag: string; lastModifiedMs: number }
  | { state: 'changed' }
  | { state: 'gone' }
  /** More than is taken into memory; `problem` is a clause. */
  | { state: 'tooLarge'; problem: string }

/** What an account does with a deleted blob; `null` = could not be found out. */
export interface DeletionProtection {
  softDeleteDays: number | null
}

export interface ContainerReader {
  /** Canonical account host, for example `acct.blob.core.windows.net`. */
  readonly account: string
  readonly container: string
  /** Pages as they arrive, in no order; nothing is accumulated. Throws on any gap: a listing is whole or it is an error. */
  list(options: { prefix?: string; signal: AbortSignal }): AsyncIterable<BlobPage>
  /** One level of directories. Its first page is short, so that a look costs little. */
  level(options: { prefix: string; signal: AbortSignal }): AsyncIterable<LevelPage>
  /** Reads a whole blob of at most `most` bytes (`DOCUMENT_BYTES`); with `ifMatch` only that very version. A short read throws. */
  read(options: { name: string; ifMatch?: string; most?: number; signal: AbortSignal }): Promise<BlobContent>
  stat(options: { name: string; signal: AbortSignal }): Promise<Blob | null>
  /** Whether the container exists; throws `notAuthorised`/`unreachable` as `FlinkopsError`. */
  exists(options: { signal: AbortSignal }): Promise<boolean>
  protection(options: { signal: AbortSignal }): Promise<DeletionProtection>
}

/** Container readers by account host and container name; built lazily, one each. */
export interface StorageReader {
  container(account: string, container: string): Promise<ContainerReader>
}

/** A job as `/jobs/overview` tells it. Times are epoch ms; -1 of the wire becomes `null`. */
export interface JobOverview {
  jobId: string
  name: string
  /** The word as it came; an unknown one stays visible. */
  state: string
  startedAtMs: number
  endedAtMs: number | null
  durationMs: number
  /** Tasks by lower-case state, with `total`; `total` 0 = the job never got out of initializing (a restore that failed). */
  tasks: Record<string, number>
}

export interface JobDetails {
  jobId: string
  name: string
  state: string
  startedAtMs: number
  endedAtMs: number | null
  vertices: { id: string; name: string; parallelism: number; status: string }[]
}

export interface CheckpointEntry {
  id: number
  status: string
  isSavepoint: boolean
  /** `CHECKPOINT`, `SAVEPOINT`, `SYNC_SAVEPOINT`, ...; unknown words stay visible. */
  type: string | null
  triggeredAtMs: number
  latestAckAtMs: number | null
  endToEndMs: number | null
  checkpointedBytes: number | null
  stateBytes: number | null
  subtasks: number
  acknowledgedSubtasks: number
  /** `null` when absent or `<checkpoint-not-externally-addressable>`. */
  externalPath: string | null
  discarded: boolean | null
  failureMessage: string | null
}

export interface RestoredCheckpoint {
  id: number
  restoredAtMs: number
  externalPath: string | null
  isSavepoint: boolean
}

export interface CheckpointStats {
  counts: { restored: number; total: number; inProgress: number; completed: number; failed: number }
  latest: {
    completed: CheckpointEntry | null
    savepoint: CheckpointEntry | null
    failed: CheckpointEntry | null
    restored: RestoredCheckpoint | null
  }
  /** Newest first, at most as many as the cluster remembers. */
  history: CheckpointEntry[]
}

export interface CheckpointConfig {
  mode: string
  /** `null` when periodic checkpointing is off (Long.MAX_VALUE on the wire). */
  intervalMs: number | null
  timeoutMs: number
  minPauseMs: number
  maxConcurrent: number
  externalized: { enabled: boolean; deleteOnCancellation: boolean }
  stateBackend: string | null
  checkpointStorage: string | null
  tolerableFailedCheckpoints: number | null
  changelogEnabled: boolean | null
  changelogStorage: string | null
}

export type OperationStatus =
  | { state: 'inProgress' }
  | { state: 'completed'; location: string }
  /** `cause`: the innermost cause as one sentence. `savepointPath`: set when the savepoint was completed but the stop failed. */
  | { state: 'failed'; cause: string; savepointPath: string | null }
  | { state: 'unknown' }

/** What the history directory proves of one job. */
export interface ArchivedJob {
  jobId: string
  name: string
  /** FINISHED, CANCELED or FAILED. */
  state: string
  startedAtMs: number
  endedAtMs: number | null
  /** Tasks in total; 0 = never ran (a restore that failed). */
  tasksTotal: number | null
  lastSavepointPath: string | null
  lastCheckpointPath: string | null
  restoredFrom: string | null
  /** Checkpoint id of what it was restored from. */
  restoredId: number | null
  changelogEnabled: boolean | null
  checkpointTimeoutMs: number | null
  /** `null`: the archive does not say. */
  externalized: CheckpointConfig['externalized'] | null
}

/** The JobManager's REST API, parsed. Every call has a deadline and ends with `signal`. */
export interface JobManager {
  /** Base URL without credentials, for messages. */
  readonly url: string
  version(signal: AbortSignal): Promise<string>
  jobs(signal: AbortSignal): Promise<JobOverview[]>
  /** `null` when this JobManager does not know the job. */
  job(jobId: string, signal: AbortSignal): Promise<JobDetails | null>
  /** Uncached state word (`RUNNING`, ...); `null` when unknown here. */
  jobState(jobId: string, signal: AbortSignal): Promise<string | null>
  /** `null`: job unknown here, or checkpointing is off. */
  checkpoints(jobId: string, signal: AbortSignal): Promise<CheckpointStats | null>
  checkpointConfig(jobId: string, signal: AbortSignal): Promise<CheckpointConfig | null>
  /** The job's newest failure as one sentence (innermost cause), if any. */
  failureCause(jobId: string, signal: AbortSignal): Promise<string | null>
  /** Effective cluster configuration with every secret redacted. */
  configuration(signal: AbortSignal): Promise<Map<string, string>>
  triggerSavepoint(request: SavepointRequest, signal: AbortSignal): Promise<void>
  triggerStop(request: SavepointRequest & { drain: boolean }, signal: AbortSignal): Promise<void>
  /** State of a savepoint or stop; `unknown` when this JobManager has no such trigger id (expired, restarted). */
  operation(jobId: string, triggerId: string, signal: AbortSignal): Promise<OperationStatus>
  /** Uploads a jar unless one of the same content (its SHA-256 stands in the uploaded file name) is there; answers its jar id. */
  ensureJar(jarPath: string, signal: AbortSignal): Promise<string>
  /** Starts a job from an uploaded jar with a job id of our choice; safe to repeat with the same id. */
  runJar(request: RunJarRequest, signal: AbortSignal): Promise<string>
  cancel(jobId: string, signal: AbortSignal): Promise<void>
  /** Records that went through the job so far; what is not reported yet counts as 0. */
  records(jobId: string, signal: AbortSignal): Promise<RecordCounts>
}

/** Out of the sources, and into the sinks. */
export interface RecordCounts {
  read: number
  written: number
}

export interface SavepointRequest {
  jobId: string
  /** 32 hex, chosen by us, so that a repeated POST does not start a second savepoint. */
  triggerId: string
  /** Full URI with scheme; omitted = the cluster's default directory. */
  targetDirectory?: string
  format: 'CANONICAL' | 'NATIVE'
}

export type ClaimMode = 'NO_CLAIM' | 'CLAIM' | 'LEGACY'

export interface RestoreSettings {
  path: string
  claimMode: ClaimMode
  allowNonRestoredState: boolean
}

export interface RunJarRequest {
  jarId: string
  jobId: string
  entryClass?: string
  programArgs: string[]
  parallelism?: number
  restore?: RestoreSettings
}

/** Runs one SQL script in one session, which is always closed. */
export interface SqlGateway {
  readonly url: string
  /**
   * Runs the statements in order, stops at the first error. `restore` is given to the one statement that starts a job, as its
   * own execution configuration (never as a sticky SET). Answers the ids of the jobs that were started; `onStarted` has each at once,
   * since a later statement may fail.
   */
  runScript(script: SqlScript, signal: AbortSignal): Promise<string[]>
}

export interface SqlScript {
  statements: SqlStatement[]
  restore?: RestoreSettings
  flinkVersion: string
  /** Id for the one job that the script starts, 32 hex. */
  jobId?: string
  isolation?: JobIsolation
  onStarted?: (jobId: string) => Promise<void>
}

/** Keeps a job that is only started to be watched apart from all others. */
export interface JobIsolation {
  /** What it is called on the cluster. */
  name: string
  /** Full URI; the job's checkpoints go there and nowhere else, and Flink deletes them when the job is cancelled. */
  checkpointDirectory: string
  checkpointIntervalMs: number
}

export interface SqlStatement {
  text: string
  /** 1-based line of the script on which the statement begins. */
  line: number
  /** Whether the statement starts a job (INSERT, EXECUTE STATEMENT SET, END of a statement set, EXECUTE PLAN, CREATE TABLE AS). */
  startsJob: boolean
}

/** What this tool did and is doing, on disk. Never holds a credential. */
export interface Journal {
  /** Written and synced before the POST, so a lost terminal or lost answer can re-attach. */
  operationStarted(operation: JournalOperation): Promise<void>
  operationEnded(triggerId: string, end: { state: 'completed' | 'failed'; path?: string; cause?: string; atMs: number }): Promise<void>
  operation(triggerId: string): Promise<JournalOperation | null>
  /** Remembers that a job id had this name. */
  rememberName(jobId: string, name: string): Promise<void>
  names(): Promise<Map<string, string>>
  /** Notes that `jobId` was restored from `path` (lineage). */
  rememberRestore(jobId: string, path: string): Promise<void>
  restores(): Promise<Map<string, string>>
  /** Remembers what a look at clusters showed; what stands there already is not written again. */
  rememberSightings(seen: Sighting[]): Promise<void>
  /** Everything that looks showed, oldest first: of a job on a cluster, the last tells how it stood. */
  sightings(): Promise<Sighting[]>
}

export interface JournalOperation {
  kind: 'savepoint' | 'stop'
  triggerId: string
  jobId: string
  jobName: string | null
  jobManager: string
  targetDirectory: string | null
  format: 'CANONICAL' | 'NATIVE'
  startedAtMs: number
}
