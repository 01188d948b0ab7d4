import { access } from 'node:fs/promises'
import { usageError } from '../errors.js'
import { parseJsonBytes } from '../large-json.js'
import type { RunJournal } from '../ports-runs.js'
import { Appender } from './appender.js'
import { unreadable } from './failure.js'
import { namesIn, readBytesOrNull, readLines, writeWhole } from './files.js'
import { type StateFile, stateFile } from './trust.js'

const RUN_ID = /^[A-Za-z0-9][\w.-]{0,99}$/

/** Clean-up runs in a directory: `runs/<run id>/plan.json` and `progress.jsonl`. */
export function createRunJournal({ directory }: { directory: string }): RunJournal {
  const appenders = new Map<string, Appender>()

  function fileOf(runId: string, name: string): StateFile {
    // A run id comes from the command line too (`undo <run>`): it must not lead elsewhere.
    if (!RUN_ID.test(runId)) throw usageError('A run id has only letters, digits, dots and dashes.')
    return stateFile(directory, 'runs', runId, name)
  }

  function progressOf(runId: string): Appender {
    const appender = appenders.get(runId) ?? new Appender(fileOf(runId, 'progress.jsonl'))
    appenders.set(runId, appender)
    return appender
  }

  async function plan(runId: string): Promise<unknown> {
    const file = fileOf(runId, 'plan.json')
    const bytes = await readBytesOrNull(file)
    return bytes === null ? null : parsePlan(file.path, bytes)
  }

  return {
    planned: async (runId, json) => writeWhole(fileOf(runId, 'plan.json'), json),
    progress: async (runId, entries) => progressOf(runId).append(...entries),
    plan,
    entries: async (runId) => readLines(fileOf(runId, 'progress.jsonl')),
    runs: async () => {
      const ids = (await namesIn(stateFile(directory, 'runs'))).filter((name) => RUN_ID.test(name))
      const planned = await Promise.all(ids.map((id) => isThere(fileOf(id, 'plan.json').path)))
      return ids.filter((_, index) => planned[index]).toSorted((a, b) => (a < b ? -1 : 1))
    },
  }
}

async function parsePlan(path: string, bytes: Buffer): Promise<unknown> {
  try {
    return await parseJsonBytes(bytes)
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
