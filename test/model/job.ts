import type { CheckpointEntry } from '../../src/lib/ports.js'
import type { Backend } from './backends/backend.js'
import type { Cluster } from './cluster.js'
import { type Spelling, spell } from './paths.js'
import type { SimSnapshot } from './snapshot.js'

export type BackendKind = 'incremental' | 'full' | 'changelog' | 'merging' | 'forst'
export type ClaimMode = 'NO_CLAIM' | 'CLAIM' | 'LEGACY'
export type JobState = 'INITIALIZING' | 'RUNNING' | 'RESTARTING' | 'FINISHED' | 'CANCELED' | 'FAILED' | 'DEAD'

/** A checkpoint or savepoint under way, or uploads that belong to none yet. */
export interface Pending {
  checkpointId: number
  directory: string
  startedAtMs: number
  isSavepoint: boolean
  /** Blobs and markers that it put down. */
  paths: Set<string>
  isAborted: boolean
  entry: CheckpointEntry
}

export interface JobSettings {
  jobId: string
  name: string
  backend: BackendKind
  parallelism: number
  retained: number
  timeoutMs: number
  spelling: Spelling
  version: number
  hasForeignRelative: boolean
  hasWriteAheadSink: boolean
  deletesOnCancel: boolean
  isUnaligned: boolean
  mergesAcrossCheckpoints: boolean
  /** Operators that have state. */
  operatorIds: readonly string[]
  /** A directory of its own for checkpoints: a restore test keeps what it writes apart. */
  checkpointRoot?: string
  /** On wasb a growing file is empty until it is closed. */
  hidesOpenFiles: boolean
}

/** The id of the first source of most SQL jobs, whatever else they do. */
export const FIRST_SOURCE = 'cbc357ccb763df2852fee8c4fc7d55f2'

/** One run: an execution of a job. */
export class SimJob {
  /** Tells incarnations of one job id apart. */
  readonly key: number
  readonly settings: JobSettings
  readonly cluster: Cluster
  state: JobState = 'INITIALIZING'
  readonly startedAtMs: number
  endedAtMs: number | null = null
  hasRun = false
  nextId: number
  backends: Backend[] = []
  /** The completed store, oldest first; a claimed snapshot stands in it too. */
  completed: SimSnapshot[] = []
  /** Shared files → the newest checkpoint that used them. */
  readonly registry = new Map<string, number>()
  /** Files of a LEGACY restore: never deleted by Flink. */
  readonly notOurs = new Set<string>()
  /** Operators with state → where the state began: the key of the run in which it was empty. */
  operators: ReadonlyMap<string, number>
  readonly pending = new Set<Pending>()
  restore: { snapshot: SimSnapshot; mode: ClaimMode; atMs: number } | null = null
  /** What REST calls `latest.restored`. */
  restoredForRest: { id: number; path: string; atMs: number } | null = null
  hasOwnCheckpoint = false
  /** Write-ahead files of its completed checkpoints. */
  readonly writeAhead = new Set<string>()
  /** Newest first. */
  history: CheckpointEntry[] = []
  /** An answer that REST may give for some seconds more. */
  restCache: { atMs: number; history: CheckpointEntry[]; restored: SimJob['restoredForRest'] } | null = null

  constructor(key: number, settings: JobSettings, cluster: Cluster, startedAtMs: number, nextId: number) {
    this.key = key
    this.settings = settings
    this.cluster = cluster
    this.startedAtMs = startedAtMs
    this.nextId = nextId
    this.operators = new Map(settings.operatorIds.map((id) => [id, key]))
  }

  get tree(): string {
    const root = this.settings.checkpointRoot ?? this.cluster.settings.checkpointRoot
    return this.cluster.settings.hasNoSubdirs === true ? root : `${root}/${this.settings.jobId}`
  }

  get dstl(): string {
    return `${this.cluster.settings.dstlRoot}/${this.settings.jobId}/dstl`
  }

  /** Whether it runs, or will go on without a person doing anything. */
  get isAlive(): boolean {
    return this.state === 'INITIALIZING' || this.state === 'RUNNING' || this.state === 'RESTARTING'
  }

  get latest(): SimSnapshot | undefined {
    return this.completed.at(-1)
  }

  spell(path: string): string {
    return spell(this.settings.spelling, path)
  }

  toString(): string {
    return `${this.settings.name}#${this.key}(${this.settings.jobId.slice(0, 6)} ${this.settings.backend} on ${this.cluster.settings.id})`
  }
}
