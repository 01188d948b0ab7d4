import type { CheckpointConfig, CheckpointStats } from '../ports.js'
import { bytes, duration } from '../views/format.js'
import type { ClusterFacts, Facts, JobFacts } from './facts.js'
import { type Finding, type Severity, sentence } from './finding.js'
import { type CheckpointLoad, loadOf, recommendedIntervalMs, uploadBytesPerDay } from './interval.js'
import { isOn, nameOf, optionOf } from './options.js'

const MINUTE_MS = 60_000
/** The operators' own alarms: a checkpoint over 5 minutes, none in 30 minutes, state over 100 GB. */
const SLOW_MS = 5 * MINUTE_MS
const STALE_MS = 30 * MINUTE_MS
const LARGE_STATE_BYTES = 100e9
/** From here on uploading all of it each time is worth a look. */
const FULL_UPLOAD_BYTES = 1024 ** 3
const LONG_INTERVAL_MS = 30 * MINUTE_MS

interface Job {
  job: JobFacts
  config: CheckpointConfig
  stats: CheckpointStats
  load: CheckpointLoad | null
  facts: Facts
}

/** How the running jobs' checkpoints fare. */
export function checkHealth(facts: Facts): Finding[] {
  return facts.clusters.flatMap((cluster) => [
    ...ofCluster(cluster),
    ...(cluster.jobs.state === 'known' ? cluster.jobs.value.flatMap((job) => ofJob(job, facts)) : []),
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
  if (config.value === null || config.value.intervalMs === null || stats.value === null) return [off(job)]
  const known: Job = { job, config: config.value, stats: stats.value, load: loadOf(stats.value), facts }
  return [
    stale(known),
    failing(known),
    slow(known),
    nearTimeout(known),
    tooShort(known),
    tooLong(known),
    large(known),
    full(known),
    tolerance(known),
  ].flat()
}

function finding(job: JobFacts, id: string, severity: Severity, text: { what: string; why: string; fix: string }): Finding {
  return { id, severity, ...text, source: `job ${job.jobId}` }
}

function jobUnknown(job: JobFacts, reason: string): Finding {
  return finding(job, 'job-unknown', 'unknown', {
    what: sentence(`The checkpoints of ${job.name} are not known: ${reason}`),
    why: 'Whether the job could be restored could not be checked.',
    fix: 'flinkops doctor',
  })
}

function off(job: JobFacts): Finding {
  return finding(job, 'checkpointing-off', 'warn', {
    what: `${job.name} takes no checkpoints.`,
    why: 'If it fails, it starts again from nothing. (Right for a job that reads to an end and can be run again.)',
    fix: `${nameOf('interval')}: 60s`,
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

function failing({ job, stats }: Job): Finding[] {
  const { failed, completed } = stats.latest
  if (failed === null || (completed !== null && completed.id > failed.id)) return []
  return [
    finding(job, 'checkpoints-failing', 'warn', {
      what: `The newest checkpoint of ${job.name}, ${failed.id}, failed${failed.failureMessage ? `: ${failed.failureMessage}` : ''}; ${stats.counts.failed} of ${stats.counts.total} did.`,
      why: 'One may fail while tasks start; when the next ones fail too, the job has no new restore point.',
      fix: `flinkops verify ${job.jobId}`,
    }),
  ]
}

function slow({ job, load }: Job): Finding[] {
  if (load === null || load.durationMs <= SLOW_MS) return []
  return [
    finding(job, 'checkpoint-slow', 'warn', {
      what: `Checkpoints of ${job.name} take ${duration(load.durationMs)} (${of(load)}).`,
      why: 'Mostly back-pressure: barriers wait behind full buffers. Each failure loses at least that much work.',
      fix: 'execution.checkpointing.unaligned.enabled: true\nexecution.checkpointing.aligned-checkpoint-timeout: 30s',
    }),
  ]
}

function nearTimeout({ job, config, load }: Job): Finding[] {
  if (load === null || load.durationMs <= config.timeoutMs / 2) return []
  return [
    finding(job, 'checkpoint-near-timeout', 'warn', {
      what: `Checkpoints of ${job.name} take ${duration(load.durationMs)}, more than half of their timeout of ${duration(config.timeoutMs)}.`,
      why: 'A little more load, and they expire: each one then counts as failed.',
      fix: `execution.checkpointing.timeout: ${seconds(Math.max(3 * load.durationMs, config.timeoutMs))}`,
    }),
  ]
}

/** The arithmetic stands in the finding, so that it can be checked. */
function tooShort({ job, config, load }: Job): Finding[] {
  const intervalMs = config.intervalMs ?? 0
  if (load === null || load.durationMs * 2 <= intervalMs) return []
  const recommendedMs = recommendedIntervalMs(load.durationMs)
  const share = Math.round((load.durationMs / intervalMs) * 100)
  const daily = (ms: number) => bytes(uploadBytesPerDay(load, ms))
  return [
    finding(job, 'interval-too-short', 'warn', {
      what: `${job.name} checkpoints every ${duration(intervalMs)}, and one takes ${duration(load.durationMs)} (${of(load)}): ${share} % of the interval.`,
      why: [
        `More than half of the time goes into checkpoints: 2 x ${duration(load.durationMs)} is at least ${seconds(recommendedMs)}.`,
        `At ${bytes(load.uploadBytes)} each, ${duration(intervalMs)} uploads ${daily(intervalMs)} a day, ${seconds(recommendedMs)} ${daily(recommendedMs)}, for ${bytes(load.stateBytes)} of state.`,
        'A shorter interval does not lose less data: with EXACTLY_ONCE nothing is lost, only less is processed again.',
      ].join(' '),
      fix: `${nameOf('interval')}: ${seconds(recommendedMs)}\nexecution.checkpointing.min-pause: ${seconds(recommendedMs / 2)}`,
    }),
  ]
}

function tooLong({ job, config, load }: Job): Finding[] {
  const intervalMs = config.intervalMs ?? 0
  if (load === null || intervalMs <= LONG_INTERVAL_MS) return []
  const recommendedMs = Math.max(MINUTE_MS, recommendedIntervalMs(load.durationMs))
  if (recommendedMs >= intervalMs) return []
  return [
    finding(job, 'interval-too-long', 'advice', {
      what: `${job.name} checkpoints every ${duration(intervalMs)}, although one takes ${duration(load.durationMs)} only (${of(load)}).`,
      why: `A failure processes up to ${duration(intervalMs)} again, and transactional sinks show their rows that late; 2 x ${duration(load.durationMs)} allows ${seconds(recommendedMs)}.`,
      fix: `${nameOf('interval')}: ${seconds(recommendedMs)}`,
    }),
  ]
}

function large({ job, load }: Job): Finding[] {
  if (load === null || load.stateBytes <= LARGE_STATE_BYTES) return []
  return [
    finding(job, 'state-large', 'warn', {
      what: `The state of ${job.name} is ${bytes(load.stateBytes)}.`,
      why: 'Above 100 GB a restore takes long, and growth is often keys that nobody expires.',
      fix: "SET 'table.exec.state.ttl' = '7 d';",
    }),
  ]
}

/** What is uploaded tells it better than the option, which a job may set for itself. */
function full({ job, config, load, facts }: Job): Finding[] {
  if (load === null || load.stateBytes < FULL_UPLOAD_BYTES || load.uploadBytes < 0.9 * load.stateBytes) return []
  const option = optionOf(facts, 'incremental')
  if (isOn(option)) return []
  const intervalMs = config.intervalMs ?? 0
  const isRocks = /rocks|forst/i.test(config.stateBackend ?? '')
  const name = option?.key ?? nameOf('incremental')
  return [
    finding(job, 'incremental-off', 'warn', {
      what: `Each checkpoint of ${job.name} uploads all its state: ${bytes(load.uploadBytes)} of ${bytes(load.stateBytes)}, ${bytes(uploadBytesPerDay(load, intervalMs))} a day at ${duration(intervalMs)}.`,
      why: 'Incremental checkpoints upload what changed. They then share files that may be of any age: never delete by age once they are on.',
      fix: `${isRocks ? '' : 'state.backend.type: rocksdb    # state.backend before 1.19\n'}${name}: true`,
    }),
  ]
}

const ENDLESS = 100

function tolerance({ job, config }: Job): Finding[] {
  const count = config.tolerableFailedCheckpoints
  const name = nameOf('tolerableFailures')
  if (count === 0) {
    return [
      finding(job, 'tolerable-failures-none', 'advice', {
        what: `${job.name} tolerates no failed checkpoint (${name} is 0).`,
        why: 'One slow moment of the storage account restarts the whole job.',
        fix: `${name}: 3`,
      }),
    ]
  }
  if (count === null || (count >= 0 && count <= ENDLESS)) return []
  return [
    finding(job, 'tolerable-failures-endless', 'warn', {
      what: `${job.name} tolerates ${count < 0 ? 'any number of' : count.toLocaleString('en-US')} failed checkpoints in a row.`,
      why: 'It runs on for days without a new restore point, and looks healthy.',
      fix: `${name}: 3`,
    }),
  ]
}

function of({ samples }: CheckpointLoad): string {
  return samples === 1 ? 'the one checkpoint known' : `9 of 10 of the last ${samples} take no longer`
}

/** As Flink reads it. */
function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)}s`
}
