import type { Journal } from '../ports.js'
import { Appender } from './appender.js'
import { parseOperation, textPair } from './entries.js'
import { readLines } from './files.js'
import { sightingsIn } from './sightings.js'
import { type StateFile, stateFile } from './trust.js'

/**
 * The journal in a directory: `operations.jsonl` (started and ended), `names.jsonl`, `restores.jsonl`, `sightings.jsonl`; append only, the last
 * line of a key counts. Starting an operation fails when it cannot be recorded. What comes after the fact is only told to `onProblem`, once, when it cannot:
 * the operation is done, and without a name or a link the clean-up keeps more, not less.
 */
export function createJournal(options: { directory: string; onProblem?: (problem: Error) => void }): Journal {
  const { directory, onProblem } = options
  const operationsPath = stateFile(directory, 'operations.jsonl')
  const operations = new Appender(operationsPath)
  const names = pairs(stateFile(directory, 'names.jsonl'), ['jobId', 'name'])
  const restores = pairs(stateFile(directory, 'restores.jsonl'), ['jobId', 'path'])
  const sightings = sightingsIn(stateFile(directory, 'sightings.jsonl'))

  const told = new Set<string>()

  async function ifPossible(remember: Promise<void>): Promise<void> {
    try {
      await remember
    } catch (error) {
      if (!(error instanceof Error) || told.has(error.message)) return
      told.add(error.message)
      onProblem?.(error)
    }
  }

  return {
    operationStarted: ({ kind, triggerId, jobId, jobName, jobManager, targetDirectory, format, startedAtMs }) =>
      operations.append({ event: 'started', kind, triggerId, jobId, jobName, jobManager, targetDirectory, format, startedAtMs }),
    operationEnded: (triggerId, { state, path, cause, atMs }) =>
      ifPossible(operations.append({ event: 'ended', triggerId, state, path, cause, atMs })),
    operation: async (triggerId) => {
      const started = (await readLines(operationsPath)).map(parseOperation)
      return started.findLast((operation) => operation?.triggerId === triggerId) ?? null
    },
    rememberName: (jobId, name) => ifPossible(names.remember(jobId, name)),
    names: () => names.all(),
    rememberRestore: (jobId, path) => ifPossible(restores.remember(jobId, path)),
    restores: () => restores.all(),
    rememberSightings: (seen) => ifPossible(sightings.remember(seen)),
    sightings: () => sightings.all(),
  }
}

interface Pairs {
  remember(key: string, value: string): Promise<void>
  all(): Promise<Map<string, string>>
}

/** A map on disk; what it holds already is not written again. */
function pairs(path: StateFile, [keyName, valueName]: [string, string]): Pairs {
  const file = new Appender(path)

  async function all(): Promise<Map<string, string>> {
    const lines = await readLines(path)
    return new Map(lines.map((line) => textPair(line, keyName, valueName)).filter((pair) => pair !== null))
  }

  return {
    all,
    remember: async (key, value) => {
      if ((await all()).get(key) !== value) await file.append({ [keyName]: key, [valueName]: value })
    },
  }
}
