import { EXIT, FlinkopsError } from '../errors.js'
import type { Liveness } from '../state/jobs.js'
import type { Deletion } from './execution.js'
import type { PlannedCleanup } from './plan-cleanup.js'
import { wavesOf } from './waves.js'

/** A run's plan as it is journalled: all that carrying it out, resuming and undoing it need. Never holds a credential. */
export interface RunRecord {
  runId: string
  createdAt: string
  waves: Deletion[][]
  /** Every `_metadata` that planning saw: key and ETag. */
  fingerprint: [string, string][]
  /** What planning knew of each job. */
  jobs: { jobId: string; name: string | null; liveness: Liveness; restoredFrom: string | null }[]
}

/** The record of a confirmed plan. */
export function recordOf(runId: string, nowMs: number, { plan, survey, jobs }: PlannedCleanup): RunRecord {
  return {
    runId,
    createdAt: new Date(nowMs).toISOString(),
    waves: wavesOf(plan),
    fingerprint: [...survey.fingerprint],
    jobs: [...jobs.values()].map(({ jobId, name, liveness, restoredFrom }) => ({ jobId, name, liveness, restoredFrom })),
  }
}

/** Containers that a record touches. */
export function containersOf(record: RunRecord): { account: string; container: string }[] {
  const found = new Map(record.waves.flat().map(({ account, container }) => [`${account}/${container}`, { account, container }]))
  return [...found.values()]
}

/** Reads a record back; anything unexpected is a reason to stop, since it says what to delete. */
export function parseRecord(runId: string, value: unknown): RunRecord {
  if (isRecord(value)) return value
  throw new FlinkopsError(`The plan of run ${runId} cannot be read.`, {
    code: 'RUN_UNREADABLE',
    exitCode: EXIT.unexpected,
    suggestions: ['Plan again: flinkops cleanup'],
  })
}

function isRecord(value: unknown): value is RunRecord {
  if (!isObject(value) || typeof value['runId'] !== 'string' || typeof value['createdAt'] !== 'string') return false
  const { waves, fingerprint, jobs } = value
  return (
    Array.isArray(waves) &&
    waves.every((wave) => Array.isArray(wave) && wave.every(isDeletion)) &&
    Array.isArray(fingerprint) &&
    fingerprint.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === 'string')) &&
    Array.isArray(jobs) &&
    jobs.every((job) => isObject(job) && typeof job['jobId'] === 'string' && typeof job['liveness'] === 'string')
  )
}

function isDeletion(value: unknown): boolean {
  if (!isObject(value)) return false
  const texts = ['account', 'container', 'name', 'etag', 'reason'].every((field) => typeof value[field] === 'string')
  return (
    texts &&
    typeof value['sizeBytes'] === 'number' &&
    Array.isArray(value['after']) &&
    value['after'].every((key) => typeof key === 'string')
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
