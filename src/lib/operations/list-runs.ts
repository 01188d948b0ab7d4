import { FlinkopsError } from '../errors.js'
import type { RunJournal } from '../ports-runs.js'
import { locationKey } from '../state/location.js'
import { parseRecord, type RunRecord } from './run-record.js'

/** What became of one clean-up run, by the journal of this machine. */
export interface RunSummary {
  runId: string
  /** ISO-8601, as it was recorded. */
  createdAt: string
  plannedBlobs: number
  deletedBlobs: number
  deletedBytes: number
  /** Somebody else had deleted them. */
  alreadyGone: number
  /** No longer the version that was planned: left alone. */
  changed: number
  failed: number
  /** Of the plan: nothing stands in the journal of what became of them. */
  open: number
}

export interface RunHistory {
  /** Newest first. */
  runs: RunSummary[]
  /** More that were made before these. */
  older: number
  /** Ids of runs whose record cannot be read. */
  unreadable: string[]
}

/** The newest runs with what they did. Reads one plan after the other: each may be large. */
export async function listRuns({ runs, most }: { runs: RunJournal; most: number }): Promise<RunHistory> {
  // Run ids begin with their time.
  const ids = (await runs.runs()).toReversed()
  const history: RunHistory = { runs: [], older: Math.max(0, ids.length - most), unreadable: [] }
  for (const runId of ids.slice(0, most)) {
    const record = await readRecord(runId, runs)
    if (record === null) history.unreadable.push(runId)
    else history.runs.push(summaryOf(record, await runs.entries(runId)))
  }
  return history
}

async function readRecord(runId: string, runs: RunJournal): Promise<RunRecord | null> {
  try {
    return parseRecord(runId, await runs.plan(runId))
  } catch (error) {
    if (error instanceof FlinkopsError) return null
    throw error
  }
}

function summaryOf({ runId, createdAt, waves }: RunRecord, entries: unknown[]): RunSummary {
  // A run that was taken up again may say something of a blob twice: the last word counts.
  const outcomes = new Map(entries.flatMap(outcomeOf))
  const planned = waves.flat()
  const ended = (...words: string[]) => planned.filter((one) => words.includes(outcomes.get(locationKey(one)) ?? ''))
  const deleted = ended('deleted')
  return {
    runId,
    createdAt,
    plannedBlobs: planned.length,
    deletedBlobs: deleted.length,
    deletedBytes: deleted.reduce((sum, one) => sum + one.sizeBytes, 0),
    alreadyGone: ended('gone').length,
    changed: ended('changed').length,
    failed: ended('failed', 'busy').length,
    open: planned.filter((one) => !outcomes.has(locationKey(one))).length,
  }
}

function outcomeOf(entry: unknown): [string, string][] {
  if (typeof entry !== 'object' || entry === null || !('key' in entry) || !('outcome' in entry)) return []
  const { key, outcome } = entry
  return typeof key === 'string' && typeof outcome === 'string' ? [[key, outcome]] : []
}
