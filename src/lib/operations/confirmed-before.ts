import { DOCUMENT_BYTES } from '../bounds.js'
import { FlinkopsError } from '../errors.js'
import type { ContainerReader } from '../ports.js'
import type { RunRecorder } from '../ports-record.js'
import type { RunJournal } from '../ports-runs.js'
import { locationKey } from '../state/location.js'
import { loadRun } from './load-run.js'

export interface ConfirmedInput {
  readers: ContainerReader[]
  runs: RunJournal
  recorder: RunRecorder
  signal: AbortSignal
}

const LAST_RUNS = 3

/**
 * Blobs (`key#etag`) that the last runs' plans name. They were shown and confirmed once; those that are still there were left by a run
 * that was cut off, when the `_metadata` that named them had gone already.
 */
export async function confirmedBefore(input: ConfirmedInput): Promise<Set<string>> {
  const ids = new Set([...(await input.runs.runs()), ...(await recordedRuns(input))])
  const confirmed = new Set<string>()
  for (const runId of [...ids].toSorted((a, b) => (a < b ? -1 : 1)).slice(-LAST_RUNS)) {
    for (const { key, etag } of await planned(runId, input)) confirmed.add(`${key}#${etag}`)
  }
  return confirmed
}

/** Run ids begin with their time. */
async function recordedRuns({ readers, signal }: ConfirmedInput): Promise<string[]> {
  const ids: string[] = []
  for (const reader of readers) {
    for await (const { blobs } of reader.list({ prefix: '_flinkops/runs/', signal })) {
      ids.push(...blobs.flatMap(({ name }) => /^_flinkops\/runs\/([^/]+)\/plan\.json$/.exec(name)?.[1] ?? []))
    }
  }
  return ids
}

/** A record that cannot be read confirms nothing, nor does one of elsewhere that is larger than a document should be: each clean-up looks. */
async function planned(runId: string, input: ConfirmedInput): Promise<{ key: string; etag: string }[]> {
  const { readers: containers, runs, recorder, signal } = input
  try {
    const { record } = await loadRun({ runId, containers, runs, recorder, most: DOCUMENT_BYTES, signal })
    return record.waves.flat().map((one) => ({ key: locationKey(one), etag: one.etag }))
  } catch (error) {
    if (error instanceof FlinkopsError && !signal.aborted) return []
    throw error
  }
}
