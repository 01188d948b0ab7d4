import type { Sealed, StartedJob, StartJournal } from '../ports-started.js'
import { Appender } from './appender.js'
import { field, textOrNull } from './entries.js'
import { readLines } from './files.js'
import { stateFile } from './trust.js'

/**
 * `started.jsonl` in a directory. A job that could not be written down runs all the same, so that is only told to `onProblem`: it has to
 * be brought back by its script or jar then, not by its name.
 */
export function createStartJournal(options: { directory: string; onProblem?: (problem: Error) => void }): StartJournal {
  const path = stateFile(options.directory, 'started.jsonl')
  const file = new Appender(path)
  return {
    rememberStart: async (job) => {
      try {
        await file.append(lineOf(job))
      } catch (error) {
        if (error instanceof Error) options.onProblem?.(error)
      }
    },
    startedJobs: async () => {
      const jobs = (await readLines(path)).map(parseStartedJob).filter((job) => job !== null)
      return [...new Map(jobs.map((job) => [job.jobId, job])).values()].toSorted((a, b) => a.startedAtMs - b.startedAtMs)
    },
  }
}

/** The fields that a line has, and no others. */
function lineOf(job: StartedJob): StartedJob {
  const { jobId, name, kind, path, sha256, entryClass, args, parallelism, defines, defineFile, restoredFrom, startedAtMs } = job
  const sealed = job.sealed.map((one) => ({ name: one.name, hash: one.hash }))
  return { jobId, name, kind, path, sha256, entryClass, args, parallelism, defines, sealed, defineFile, restoredFrom, startedAtMs }
}

/** A job that was started, or `null` for a line that is none. */
function parseStartedJob(line: unknown): StartedJob | null {
  const kind = field(line, 'kind')
  const jobId = textOrNull(field(line, 'jobId'))
  const path = textOrNull(field(line, 'path'))
  const sha256 = textOrNull(field(line, 'sha256'))
  const startedAtMs = field(line, 'startedAtMs')
  const parallelism = field(line, 'parallelism')
  if (kind !== 'script' && kind !== 'jar') return null
  if (jobId === null || path === null || sha256 === null || typeof startedAtMs !== 'number') return null
  return {
    jobId,
    name: textOrNull(field(line, 'name')),
    kind,
    path,
    sha256,
    entryClass: textOrNull(field(line, 'entryClass')),
    args: textsOrNull(field(line, 'args')),
    parallelism: typeof parallelism === 'number' ? parallelism : null,
    defines: textMapOrNull(field(line, 'defines')),
    sealed: sealedOf(field(line, 'sealed')),
    defineFile: textOrNull(field(line, 'defineFile')),
    restoredFrom: textOrNull(field(line, 'restoredFrom')),
    startedAtMs,
  }
}

/** Lines of older versions have none. */
function sealedOf(value: unknown): Sealed[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((one) => {
    const [name, hash] = [textOrNull(field(one, 'name')), textOrNull(field(one, 'hash'))]
    return name === null ? [] : [{ name, hash: hash ?? '' }]
  })
}

function textsOrNull(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null
  const texts = value.filter((one) => typeof one === 'string')
  return texts.length === value.length ? texts : null
}

function textMapOrNull(value: unknown): Record<string, string> | null {
  if (typeof value !== 'object' || value === null) return null
  const entries = Object.entries(value)
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return texts.length === entries.length ? Object.fromEntries(texts) : null
}
