import { FlinkopsError } from '../errors.js'
import { parseJsonBytes } from '../large-json.js'
import type { ContainerReader } from '../ports.js'
import type { RunRecorder } from '../ports-record.js'
import type { RunJournal } from '../ports-runs.js'
import { locationKey } from '../state/location.js'
import { isBound, parseRecord } from './run-record.js'

export interface DeletedBeforeInput {
  readers: ContainerReader[]
  runs: RunJournal
  recorder: RunRecorder
  signal: AbortSignal
}

/** Which of these blobs (keys) a clean-up run of ours deleted, by the journal of this machine, else by the record next to the data. */
export async function deletedBefore(keys: ReadonlySet<string>, input: DeletedBeforeInput): Promise<Set<string>> {
  const open = new Set(keys)
  const own = new Set(await input.runs.runs())
  for (const runId of own) settle(open, await input.runs.entries(runId).catch(unreadableAsNothing))
  for (const reader of input.readers) {
    if (open.size === 0) break
    for (const runId of await recordedRuns(reader, input.signal)) if (!own.has(runId)) await settleRecorded(open, runId, reader, input)
  }
  return new Set([...keys].filter((key) => !open.has(key)))
}

/** An entry `{key, outcome}` for each blob; what was gone when the run came to it, somebody else had taken. */
function settle(open: Set<string>, entries: unknown[]): void {
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null || !('key' in entry) || !('outcome' in entry)) continue
    if (entry.outcome === 'deleted' && typeof entry.key === 'string') open.delete(entry.key)
  }
}

/** Run ids of the records in a container; they begin with their time. */
async function recordedRuns(reader: ContainerReader, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = []
  for await (const { blobs } of reader.list({ prefix: '_flinkops/runs/', signal }))
    ids.push(...blobs.flatMap(({ name }) => /^_flinkops\/runs\/([^/]+)\/result\.json$/.exec(name)?.[1] ?? []))
  return ids
}

/** Only a run that came to its end and left nothing out has deleted what it planned. */
async function settleRecorded(open: Set<string>, runId: string, place: ContainerReader, input: DeletedBeforeInput): Promise<void> {
  const { account, container } = place
  const at = { account, container, runId, signal: input.signal }
  try {
    const result = await input.recorder.recorded({ ...at, file: 'result.json' })
    if (result === null || !isClean(await parseJsonBytes(result))) return
    const plan = await input.recorder.recorded({ ...at, file: 'plan.json' })
    if (plan === null) return
    const record = parseRecord(runId, await parseJsonBytes(plan))
    // What anybody may write says nothing by itself: the plan must be the one that the run's id names.
    if (isBound(record)) for (const one of record.waves.flat()) open.delete(locationKey(one))
  } catch (error) {
    if (input.signal.aborted || !(error instanceof FlinkopsError || error instanceof SyntaxError)) throw error
  }
}

function isClean(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false
  if (!('failed' in result && 'stopped' in result && 'changed' in result && 'alreadyGone' in result)) return false
  const spared = 'spared' in result ? result.spared : 0
  const isWhole = result.stopped === false && result.changed === 0 && result.alreadyGone === 0 && spared === 0
  return isWhole && Array.isArray(result.failed) && result.failed.length === 0
}

function unreadableAsNothing(error: unknown): unknown[] {
  if (error instanceof FlinkopsError) return []
  throw error
}
