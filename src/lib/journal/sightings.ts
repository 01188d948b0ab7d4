import { parseSighting, type Sighting, sightingLine } from '../state/sighting.js'
import { Appender } from './appender.js'
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
      if (fresh.length > 0) await file.append(...fresh.map(sightingLine))
    },
  }
}

function keyOf({ jobId, where }: Sighting): string {
  return `${jobId} ${where}`
}

function textOf(one: Sighting): string {
  return JSON.stringify(sightingLine(one))
}
