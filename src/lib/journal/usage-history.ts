import type { UsageHistory } from '../ports-usage.js'
import type { Look, LookClasses } from '../usage/growth.js'
import { Appender } from './appender.js'
import { readLines } from './files.js'
import { stateFile } from './trust.js'

/** Looks of `usage` in a directory: `usage.jsonl`, append only. */
export function createUsageHistory({ directory }: { directory: string }): UsageHistory {
  const path = stateFile(directory, 'usage.jsonl')
  const file = new Appender(path)
  return {
    looks: async () => (await readLines(path)).flatMap((line) => parseLook(line) ?? []),
    remember: (look) => file.append(look),
  }
}

function parseLook(line: unknown): Look | null {
  if (typeof line !== 'object' || line === null) return null
  const { atMs, scope, bytes, blobs, lineages, classes }: { [key in keyof Look]?: unknown } = line
  if (typeof atMs !== 'number' || typeof scope !== 'string' || typeof bytes !== 'number' || typeof blobs !== 'number') return null
  const kept = classesOf(classes)
  return { atMs, scope, bytes, blobs, lineages: numbersOf(lineages), ...(kept && { classes: kept }) }
}

function classesOf(value: unknown): LookClasses | null {
  const { exclusive, shared, orphaned } = numbersOf(value)
  if (exclusive === undefined || shared === undefined || orphaned === undefined) return null
  return { exclusive, shared, orphaned }
}

function numbersOf(value: unknown): Record<string, number> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}
