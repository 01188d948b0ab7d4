import { bytes, duration } from '../views/format.js'
import type { Finding } from './finding.js'
import { type CheckpointLoad, recommendedIntervalMs, uploadBytesPerDay } from './interval.js'
import { finding, type Job } from './job.js'
import { isOn, nameOf, optionOf } from './options.js'

const MINUTE_MS = 60_000
/** The operators' own alarms: a checkpoint over 5 minutes, state over 100 GB. */
const SLOW_MS = 5 * MINUTE_MS
const LARGE_STATE_BYTES = 100e9
/** From here on uploading all of it each time is worth a look. */
const FULL_UPLOAD_BYTES = 1024 ** 3
const LONG_INTERVAL_MS = 30 * MINUTE_MS
/** The first checkpoints of a job are its slowest: from fewer than this nobody should change an interval. */
const ENOUGH_SAMPLES = 3

/** Whether a job's checkpoints take too long, come too often, or upload too much. */
export function checkPace(job: Job): Finding[] {
  return [...slow(job), ...nearTimeout(job), ...tooShort(job), ...tooLong(job), ...large(job), ...full(job)]
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
    finding(job, 'interval-too-short', load.samples < ENOUGH_SAMPLES ? 'advice' : 'warn', {
      what: `${job.name} checkpoints every ${duration(intervalMs)}, and one takes ${took(load.durationMs)} (${of(load)}): ${share} % of the interval.`,
      why: [
        `More than half of the time goes into checkpoints: 2 x ${took(load.durationMs)} is ${took(2 * load.durationMs)}, and the next usual interval ${seconds(recommendedMs)}.`,
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
      what: `${job.name} checkpoints every ${duration(intervalMs)}, although one takes ${took(load.durationMs)} only (${of(load)}).`,
      why: `A failure processes up to ${duration(intervalMs)} again, and transactional sinks show their rows that late; 2 x ${took(load.durationMs)} allows ${seconds(recommendedMs)}.`,
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

function of({ samples }: CheckpointLoad): string {
  if (samples === 1) return 'the one checkpoint known'
  return samples < 12 ? `all but the slowest of the last ${samples} take no longer` : `9 of 10 of the last ${samples} take no longer`
}

/** Below ten seconds the tenths make the share of the interval. */
function took(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)}s` : duration(ms)
}

/** As Flink reads it. */
function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)}s`
}
