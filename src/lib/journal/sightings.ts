import type { Sighting } from '../ports.js'
import { Appender } from './appender.js'
import { field, textOrNull } from './entries.js'
import { readLines } from './files.js'
import type { StateFile } from './trust.js'

/** `sightings.jsonl`: a line for each job of each cluster whenever a look showed something new of it. Never a configuration, never a secret. */
export function sightingsIn(path: StateFile): { remember(seen: Sighting[]): Promise<void>; all(): Promise<Sighting[]> } {
  const file = new Appender(path)

  async function all(): Promise<Sighting[]> {
    return (await readLines(path)).map(parseSighting).filter((one) => one !== null)
  }

  return {
    all,
    remember: async (seen) => {
      if (seen.length === 0) return
      const last = new Map((await all()).map((one) => [keyOf(one), textOf(one)]))
      const fresh = seen.filter((one) => last.get(keyOf(one)) !== textOf(one))
      if (fresh.length > 0) await file.append(...fresh.map(lineOf))
    },
  }
}

function keyOf({ jobId, where }: Sighting): string {
  return `${jobId} ${where}`
}

function textOf(one: Sighting): string {
  return JSON.stringify(lineOf(one))
}

/** Only the fields that are named, in one order. */
function lineOf({ jobId, where, name, state, startedAtMs, isHaOff, restored, savepoint }: Sighting): Sighting {
  const from = restored && { path: restored.path, checkpointId: restored.checkpointId }
  return { jobId, where, name, state, startedAtMs, isHaOff, restored: from, savepoint }
}

/** `null` for a line that is none. */
function parseSighting(line: unknown): Sighting | null {
  const [jobId, where, state] = ['jobId', 'where', 'state'].map((name) => textOrNull(field(line, name)))
  if (!jobId || !where || !state) return null
  const restored = field(line, 'restored')
  const path = textOrNull(field(restored, 'path'))
  const isHaOff = field(line, 'isHaOff')
  return {
    jobId,
    where,
    name: textOrNull(field(line, 'name')),
    state,
    startedAtMs: numberOrNull(field(line, 'startedAtMs')),
    isHaOff: typeof isHaOff === 'boolean' ? isHaOff : null,
    restored: path === null ? null : { path, checkpointId: numberOrNull(field(restored, 'checkpointId')) },
    savepoint: textOrNull(field(line, 'savepoint')),
  }
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
