import { notFoundError, refusedError } from '../errors.js'
import { parseJsonBytes } from '../large-json.js'
import type { RunRecorder } from '../ports-record.js'
import type { RunJournal } from '../ports-runs.js'
import { containersOf, isBound, isBoundId, parseRecord, type RunRecord } from './run-record.js'

export interface LoadRunInput {
  runId: string
  runs: RunJournal
  recorder: RunRecorder
  /** The containers of the roots: a run must be about them, and a copy may lie there when it was made on another machine. */
  containers: { account: string; container: string }[]
  /** Bytes that a plan of elsewhere may have (default: as many as can be read at all). */
  most?: number
  signal: AbortSignal
}

export interface LoadedRun {
  record: RunRecord
  /** Keys that are known to be deleted, or were gone already. */
  deleted: Set<string>
  /** Keys of which this machine's journal says that the run did not delete them. */
  untouched: Set<string>
  /** Whether this machine made the plan; else it is what somebody left in the container. */
  isOwn: boolean
}

/** In a run's journal: its plan was taken from a container. */
export const FROM_ELSEWHERE = { from: 'container' }

/**
 * A run's plan and what it did: from this machine's journal, else from the copy next to the data. A plan that is not the one that the run's
 * id names is refused (exit 6), wherever it lies; an id of a version before names none, and counts on the machine that made it only.
 */
export async function loadRun(input: LoadRunInput): Promise<LoadedRun> {
  const loaded = await findRun(input)
  const [stranger] = containersOf(loaded.record).filter((one) => !input.containers.some((known) => isSame(one, known)))
  // Whoever looks again before deleting would not look there.
  if (stranger !== undefined)
    throw refusedError(
      'RUN_ELSEWHERE',
      `Run ${input.runId} is about the container ${stranger.container} of ${stranger.account}, which no root lies in.`,
      'Use the configuration with which the run was made.',
    )
  return loaded
}

async function findRun(input: LoadRunInput): Promise<LoadedRun> {
  const local = await input.runs.plan(input.runId)
  if (local !== null) {
    const entries = await input.runs.entries(input.runId)
    const isOwn = !entries.some(isFromElsewhere)
    return { record: bound(input.runId, local, isOwn), deleted: deletedBy(entries), untouched: untouchedBy(entries), isOwn }
  }
  for (const place of input.containers) {
    const most = input.most === undefined ? {} : { most: input.most }
    const json = await input.recorder.recorded({ ...place, ...most, runId: input.runId, file: 'plan.json', signal: input.signal })
    if (json !== null)
      return { record: bound(input.runId, await parseJson(json), false), deleted: new Set(), untouched: new Set(), isOwn: false }
  }
  const known = await input.runs.runs()
  const hint = known.length === 0 ? 'This machine has made no run yet.' : `Runs of this machine: ${known.slice(-5).join(', ')}.`
  throw notFoundError('RUN_NOT_FOUND', `There is no run ${input.runId}.`, hint)
}

function bound(runId: string, value: unknown, isOwn: boolean): RunRecord {
  const record = parseRecord(runId, value)
  if (isBoundId(runId) ? isBound(record) : isOwn) return record
  const why = isBoundId(runId)
    ? 'is not the plan that the run was made with: somebody has changed it'
    : 'was made by a version of flinkops whose run ids do not tell what is in a plan, so nobody knows whether it is what was confirmed'
  throw refusedError(
    'RUN_NOT_BOUND',
    `The plan of run ${runId} ${why}.`,
    'Finish it on the machine that made it, or plan again: flinkops cleanup',
  )
}

function isFromElsewhere(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && 'from' in entry && entry.from === FROM_ELSEWHERE.from
}

function isSame(a: { account: string; container: string }, b: { account: string; container: string }): boolean {
  return a.account === b.account && a.container === b.container
}

/** Of a run's entries, the keys of what is gone: what was put back later is not. */
export function deletedBy(entries: unknown[]): Set<string> {
  const deleted = new Set<string>()
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null || !('key' in entry) || !('outcome' in entry)) continue
    const { key, outcome } = entry
    if (typeof key !== 'string') continue
    if (outcome === 'deleted' || outcome === 'gone') deleted.add(key)
    else deleted.delete(key)
  }
  return deleted
}

/** Each as its last entry has it; of what has none nobody knows. */
function untouchedBy(entries: unknown[]): Set<string> {
  const untouched = new Set<string>()
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null || !('key' in entry) || !('outcome' in entry)) continue
    if (typeof entry.key !== 'string') continue
    if (entry.outcome === 'deleted') untouched.delete(entry.key)
    else untouched.add(entry.key)
  }
  return untouched
}

async function parseJson(json: Uint8Array): Promise<unknown> {
  try {
    return await parseJsonBytes(json)
  } catch {
    return null
  }
}
