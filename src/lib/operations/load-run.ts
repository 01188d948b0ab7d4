import { notFoundError, refusedError } from '../errors.js'
import { parseJsonBytes } from '../large-json.js'
import type { RunRecorder } from '../ports-record.js'
import type { RunJournal } from '../ports-runs.js'
import { containersOf, parseRecord, type RunRecord } from './run-record.js'

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
}

/** A run's plan and what it did: from this machine's journal, else from the copy next to the data. */
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
    return { record: parseRecord(input.runId, local), deleted: new Set(entries.flatMap(deletedKey)) }
  }
  for (const place of input.containers) {
    const most = input.most === undefined ? {} : { most: input.most }
    const json = await input.recorder.recorded({ ...place, ...most, runId: input.runId, file: 'plan.json', signal: input.signal })
    if (json !== null) return { record: parseRecord(input.runId, await parseJson(json)), deleted: new Set() }
  }
  const known = await input.runs.runs()
  const hint = known.length === 0 ? 'This machine has made no run yet.' : `Runs of this machine: ${known.slice(-5).join(', ')}.`
  throw notFoundError('RUN_NOT_FOUND', `There is no run ${input.runId}.`, hint)
}

function isSame(a: { account: string; container: string }, b: { account: string; container: string }): boolean {
  return a.account === b.account && a.container === b.container
}

function deletedKey(entry: unknown): string[] {
  if (typeof entry !== 'object' || entry === null || !('key' in entry) || !('outcome' in entry)) return []
  const { key, outcome } = entry
  return typeof key === 'string' && (outcome === 'deleted' || outcome === 'gone') ? [key] : []
}

async function parseJson(json: Uint8Array): Promise<unknown> {
  try {
    return await parseJsonBytes(json)
  } catch {
    return null
  }
}
