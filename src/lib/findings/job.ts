import type { CheckpointConfig, CheckpointStats } from '../ports.js'
import type { Facts, JobFacts } from './facts.js'
import type { Finding, Severity } from './finding.js'
import type { CheckpointLoad } from './interval.js'

/** A running job of which everything is known. */
export interface Job {
  job: JobFacts
  config: CheckpointConfig
  stats: CheckpointStats
  load: CheckpointLoad | null
  facts: Facts
}

/** What is to say of one job. */
export function finding(job: JobFacts, id: string, severity: Severity, text: { what: string; why: string; fix: string }): Finding {
  return { id, severity, ...text, source: `job ${job.jobId}` }
}
