import { notFoundError } from '../errors.js'
import type { RunRecorder } from '../ports-record.js'
import type { RunJournal } from '../ports-runs.js'
import { parseRecord, type RunRecord } from './run-record.js'

export interface LoadRunInput {
  runId: string
  runs: RunJournal
  recorder: RunRecorder
  /** Where a copy may lie when the run was made on another machine. */
  containers: { account: string; container: string }[]
  signal: AbortSignal
}

export interface LoadedRun {
  record: RunRecord
  /** Keys that are known to be deleted, or were gone already. */
  deleted: Set<string>
}

/** A run's plan and what it did: from this machine's journal, else from the copy next to the data. */
export async function loadRun(input: LoadRunInput): Promise<LoadedRun> {
  const local = await input.runs.plan(input.runId)
  if (local !== null) {
    const entries = await input.runs.entries(input.runId)
    return { record: parseRecord(input.runId, local), deleted: new Set(entries.flatMap(deletedKey)) }
  }
  for (const place of input.containers) {
    const text = await input.recorder.recorded({ ...place, runId: input.runId, file: 'plan.json', signal: input.signal })
    if (text !== null) return { record: parseRecord(input.runId, parseJson(text)), deleted: new Set() }
  }
  const known = await input.runs.runs()
  const hint = known.length === 0 ? 'This machine has made no run yet.' : `Runs of this machine: ${known.slice(-5).join(', ')}.`
  throw notFoundError('RUN_NOT_FOUND', `There is no run ${input.runId}.`, hint)
}

function deletedKey(entry: unknown): string[] {
  if (typeof entry !== 'object' || entry === null || !('key' in entry) || !('outcome' in entry)) return []
  const { key, outcome } = entry
  return typeof key === 'string' && (outcome === 'deleted' || outcome === 'gone') ? [key] : []
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
