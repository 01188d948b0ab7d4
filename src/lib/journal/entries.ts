import type { JournalOperation } from '../ports.js'

/** A field of a journal line, `undefined` when the line is not a map. */
export function field(line: unknown, name: string): unknown {
  return typeof line === 'object' && line !== null ? Reflect.get(line, name) : undefined
}

/** A pair of texts, or `null` for a line that is something else. */
export function textPair(line: unknown, first: string, second: string): [string, string] | null {
  const a = field(line, first)
  const b = field(line, second)
  return typeof a === 'string' && typeof b === 'string' ? [a, b] : null
}

/** A started operation, or `null` for a line that is none. */
export function parseOperation(line: unknown): JournalOperation | null {
  const kind = field(line, 'kind')
  const format = field(line, 'format')
  const startedAtMs = field(line, 'startedAtMs')
  const triggerId = field(line, 'triggerId')
  const jobId = field(line, 'jobId')
  const jobManager = field(line, 'jobManager')
  if (kind !== 'savepoint' && kind !== 'stop') return null
  if (format !== 'CANONICAL' && format !== 'NATIVE') return null
  if (typeof startedAtMs !== 'number' || typeof triggerId !== 'string' || typeof jobId !== 'string' || typeof jobManager !== 'string')
    return null
  return {
    kind,
    triggerId,
    jobId,
    jobName: textOrNull(field(line, 'jobName')),
    jobManager,
    targetDirectory: textOrNull(field(line, 'targetDirectory')),
    format,
    startedAtMs,
  }
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
