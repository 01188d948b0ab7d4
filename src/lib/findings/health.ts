import { duration } from '../views/format.js'
import type { ClusterFacts, Facts, JobFacts } from './facts.js'
import { type Finding, sentence } from './finding.js'
import { loadOf } from './interval.js'
import { finding, type Job } from './job.js'
import { nameOf, optionOf } from './options.js'
import { checkPace } from './pace.js'

const STALE_MS = 30 * 60_000

/** How the running jobs' checkpoints fare. */
export function checkHealth(facts: Facts): Finding[] {
  return facts.clusters.flatMap((cluster) => [
    ...ofCluster(cluster),
    ...(cluster.jobs.state === 'known'
      ? [...cluster.jobs.value.flatMap((job) => ofJob(job, facts)), ...intolerant(cluster.jobs.value)]
      : []),
  ])
}

function ofCluster({ url, version, jobs }: ClusterFacts): Finding[] {
  const unknown = version.state === 'unknown' ? version : jobs.state === 'unknown' ? jobs : null
  if (unknown === null) return []
  return [
    {
      id: 'jobmanager-unknown',
      severity: 'unknown',
      what: sentence(`The JobManager at ${url} could not be asked: ${unknown.reason}`),
      why: 'Its jobs, their checkpoints and the configuration it runs with could not be checked.',
      fix: `flinkops list-jobs --jobmanager ${url}`,
      source: `JobManager ${url}`,
    },
  ]
}

function ofJob(job: JobFacts, facts: Facts): Finding[] {
  const { config, stats } = job
  if (config.state === 'unknown') return [jobUnknown(job, config.reason)]
  if (stats.state === 'unknown') return [jobUnknown(job, stats.reason)]
  if (config.value === null || config.value.intervalMs === null || stats.value === null) return [off(job, facts)]
  const known: Job = { job, config: config.value, stats: stats.value, load: loadOf(stats.value), facts }
  return [...stale(known), ...failing(known), ...checkPace(known), ...tolerance(known)]
}

function jobUnknown(job: JobFacts, reason: string): Finding {
  return finding(job, 'job-unknown', 'unknown', {
    what: sentence(`The checkpoints of ${job.name} are not known: ${reason}`),
    why: 'Whether the job could be restored could not be checked.',
    fix: 'flinkops doctor',
  })
}

/** With an interval in the cluster's configuration only a job in batch mode takes none; without one, a forgetful job does so, too. */
function off(job: JobFacts, facts: Facts): Finding {
  const isBatch = optionOf(facts, 'interval') !== null
  return finding(job, 'checkpointing-off', isBatch ? 'advice' : 'warn', {
    what: `${job.name} takes no checkpoints${isBatch ? ', although the cluster sets an interval: it runs in batch mode' : ''}.`,
    why: 'If it fails, it starts again from nothing: right for a job that reads to an end and can be run again, and for no other.',
    fix: isBatch ? "SET 'execution.runtime-mode' = 'streaming';" : `${nameOf('interval')}: 60s`,
  })
}

function stale({ job, config, stats, facts }: Job): Finding[] {
  const since = stats.latest.completed?.latestAckAtMs ?? stats.latest.restored?.restoredAtMs ?? job.startedAtMs
  const ageMs = facts.nowMs - since
  const limitMs = Math.max(STALE_MS, 3 * (config.intervalMs ?? 0))
  if (ageMs <= limitMs) return []
  const last = stats.latest.completed ? `The last completed checkpoint of ${job.name} is` : `${job.name} has completed no checkpoint for`
  return [
    finding(job, 'checkpoint-stale', 'error', {
      what: `${last} ${duration(ageMs)}${stats.latest.completed ? ' old' : ''}; it should take one every ${duration(config.intervalMs ?? 0)}.`,
      why: 'A failure now goes back that far. The old restore point is the only one: delete nothing of this job by age.',
      fix: `flinkops list-checkpoints ${job.jobId}`,
    }),
  ]
}

/** A savepoint that failed, for want of its target say, says nothing of the checkpoints. */
function failing({ job, stats }: Job): Finding[] {
  const { failed, completed } = stats.latest
  if (failed === null || failed.isSavepoint || (completed !== null && completed.id > failed.id)) return []
  return [
    finding(job, 'checkpoints-failing', 'warn', {
      what: `The newest checkpoint of ${job.name}, ${failed.id}, failed${failed.failureMessage ? `: ${failed.failureMessage}` : ''}; ${stats.counts.failed} of ${stats.counts.total} did.`,
      why: 'One may fail while tasks start; when the next ones fail too, the job has no new restore point.',
      fix: `flinkops verify ${job.jobId}`,
    }),
  ]
}

const ENDLESS = 100
const TOLERABLE = nameOf('tolerableFailures')

function tolerance({ job, config }: Job): Finding[] {
  const count = config.tolerableFailedCheckpoints
  if (count === null || (count >= 0 && count <= ENDLESS)) return []
  return [
    finding(job, 'tolerable-failures-endless', 'warn', {
      what: `${job.name} tolerates ${count < 0 ? 'any number of' : count.toLocaleString('en-US')} failed checkpoints in a row.`,
      why: 'It runs on for days without a new restore point, and looks healthy.',
      fix: `${TOLERABLE}: 3`,
    }),
  ]
}

/** It is the default, and so of most jobs or of none: one finding for all of them. */
function intolerant(jobs: JobFacts[]): Finding[] {
  const found = jobs.filter(({ config }) => config.state === 'known' && config.value?.tolerableFailedCheckpoints === 0)
  const [first] = found
  if (first === undefined) return []
  const words = found.length === 1 ? `${first.name} tolerates` : `${found.length} jobs, ${first.name} among them, tolerate`
  return [
    finding(first, 'tolerable-failures-none', 'advice', {
      what: `${words} no failed checkpoint (${TOLERABLE} is 0).`,
      why: 'One slow moment of the storage account restarts the whole job.',
      fix: `${TOLERABLE}: 3`,
    }),
  ]
}
