import { createHash } from 'node:crypto'
import { refusedError } from '../errors.js'
import { jsonPieces } from '../large-json.js'
import type { Deletion } from './execution.js'
import type { PlannedCleanup } from './plan-cleanup.js'
import { wavesOf } from './waves.js'

/** A run's plan as it is journalled: all that carrying it out, resuming and undoing it need. Never holds a credential. */
export interface RunRecord {
  /** Bound to all else that stands here, see `runIdOf`. */
  runId: string
  createdAt: string
  /** What was typed; shown to a person, never obeyed. Absent in records of versions before. */
  madeBy?: string
  /** Ids of the jobs that ran when it was made: an undo goes into their trees while they are the same run. Absent in records of versions before. */
  running?: string[]
  waves: Deletion[][]
}

/** The record of a confirmed plan. */
export function recordOf(nowMs: number, { plan, jobs }: Pick<PlannedCleanup, 'plan' | 'jobs'>, madeBy = ''): RunRecord {
  const running = [...jobs.values()].filter((job) => job.liveness === 'running').map((job) => job.jobId)
  const content = { createdAt: new Date(nowMs).toISOString(), madeBy, running, waves: wavesOf(plan) }
  return { runId: runIdOf(content), ...content }
}

/** Hex digits of the SHA-256 that stand in an id: 80 bits. */
const DIGITS = 20
const BOUND_ID = new RegExp(`-[0-9a-f]{${DIGITS}}$`)

/**
 * The id of a run: when it was made, and a digest of its plan. Who is told to resume or undo a run by its id means this plan and no other,
 * whatever others write under its name.
 */
export function runIdOf(content: Omit<RunRecord, 'runId'>): string {
  const hash = createHash('sha256')
  for (const piece of jsonPieces(content)) hash.update(piece)
  return `${content.createdAt.slice(0, 19).replaceAll(/[:-]/g, '')}-${hash.digest('hex').slice(0, DIGITS)}`
}

/** Whether the id of a run says what its plan is; ids of versions before do not. */
export function isBoundId(runId: string): boolean {
  return BOUND_ID.test(runId)
}

/** Whether it is the plan that its id says. */
export function isBound(record: RunRecord): boolean {
  const { runId, ...content } = record
  return runIdOf(content) === runId
}

/** Containers that a record touches. */
export function containersOf({ waves }: Pick<RunRecord, 'waves'>): { account: string; container: string }[] {
  const found = new Map<string, { account: string; container: string }>()
  for (const wave of waves)
    for (const { account, container } of wave) {
      const key = `${account}/${container}`
      if (!found.has(key)) found.set(key, { account, container })
    }
  return [...found.values()]
}

/** Reads a record back; anything unexpected is a reason to stop, since it says what to delete and what to bring back. */
export function parseRecord(runId: string, value: unknown): RunRecord {
  if (isRecord(value) && value.runId === runId) return value
  throw refusedError('RUN_UNREADABLE', `The plan of run ${runId} cannot be read.`, 'Plan again: flinkops cleanup')
}

function isRecord(value: unknown): value is RunRecord {
  if (!isObject(value) || typeof value['runId'] !== 'string' || !isTime(value['createdAt'])) return false
  const { waves, madeBy, running = [] } = value
  if (madeBy !== undefined && typeof madeBy !== 'string') return false
  if (!Array.isArray(running) || running.some((one) => typeof one !== 'string')) return false
  return Array.isArray(waves) && waves.every((wave) => Array.isArray(wave) && wave.every(isDeletion))
}

const REASONS = new Set<unknown>(['expired-checkpoint', 'expired-savepoint', 'incomplete', 'orphan', 'marker'])

function isDeletion(value: unknown): boolean {
  if (!isObject(value)) return false
  const { account, container, name, etag, reason, sizeBytes, after } = value
  if (!isWord(account) || !isWord(container) || !isName(name) || typeof etag !== 'string' || etag === '') return false
  if (!REASONS.has(reason) || typeof sizeBytes !== 'number' || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return false
  return Array.isArray(after) && after.every((key) => typeof key === 'string')
}

/** An account's host, or a container: no part of a key that could be read as two. */
function isWord(value: unknown): boolean {
  return typeof value === 'string' && /^[^/\s]+$/.test(value)
}

/** As Azure lists it: none that another spelling of could mean. */
function isName(value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || value.startsWith('/')) return false
  return !value.includes('.') || value.split('/').every((part) => part !== '.' && part !== '..')
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
