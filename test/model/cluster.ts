import type { SimJob } from './job.js'
import type { Spelling } from './paths.js'

export interface ClusterSettings {
  id: string
  /** Whether flinkops knows its JobManager. */
  isListed: boolean
  checkpointRoot: string
  savepointRoot: string
  dstlRoot: string
  spelling: Spelling
  /** Jobs survive the JobManager: they come back under the same id. */
  hasHighAvailability: boolean
  /** Whether the history directory gets an archive of every ended job. */
  writesArchives: boolean
  /** `state.checkpoints.create-subdir: false`: all jobs write into the checkpoint directory itself. */
  hasNoSubdirs?: boolean
  /** It writes into a container of its own, which no configuration of the tool names. */
  isFar?: boolean
  /** Job ids that come back with every deployment (application mode). */
  fixedIds?: readonly string[]
  /** How far the JobManager's clock is ahead of the storage service's. */
  clockAheadMs?: number
}

/**
 * Who answers: the JobManager itself; one that has no jobs (an application whose `main` has not submitted yet, a wrong port-forward);
 * another cluster's; itself, with fields missing.
 */
export type Answers = 'itself' | 'nothing' | 'another' | 'gaps'

export interface Archive {
  /** Of the run that it tells of; nobody outside knows it. */
  runKey: number
  jobId: string
  name: string
  state: string
  startedAtMs: number
  endedAtMs: number
  tasksTotal: number
  restoredFrom: string | null
  restoredId: number | null
  lastCheckpointPath: string | null
  lastSavepointPath: string | null
}

/** A JobManager: what it remembers is gone when it dies. */
export class Cluster {
  readonly settings: ClusterSettings
  isUp = true
  /** What stands behind its address just now. */
  answers: Answers = 'itself'
  /** By job id, as REST lists them. */
  readonly jobs = new Map<string, SimJob>()
  readonly archives: Archive[] = []

  constructor(settings: ClusterSettings) {
    this.settings = settings
  }

  get url(): string {
    return `http://${this.settings.id}:8081`
  }
}
