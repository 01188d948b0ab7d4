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
}

export interface Archive {
  jobId: string
  name: string
  state: string
  startedAtMs: number
  endedAtMs: number
  tasksTotal: number
  restoredFrom: string | null
}

/** A JobManager: what it remembers is gone when it dies. */
export class Cluster {
  readonly settings: ClusterSettings
  isUp = true
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
