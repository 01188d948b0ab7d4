import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { notFoundError, usageError } from '../errors.js'
import { define } from '../flink/defines.js'
import { sha256Of } from '../flink/jar-file.js'
import { splitScript } from '../flink/script.js'
import { jobsOf, type ScriptJob } from '../flink/script-jobs.js'
import { keepOut } from '../given.js'
import type { Program } from '../operations/program.js'
import type { StartedJob } from '../ports-started.js'
import type { Defines } from './define-values.js'
import { rememberDefines } from './defines-memory.js'
import { sealArguments } from './seal.js'

export interface ScriptWish {
  path: string
  defines: Defines
  /** What is written down of its last start, when it is started by name. */
  recorded: StartedJob | null
  /** Names of further values that it cannot do without. */
  needs: string[]
  /** `--remember`: values of flags may be written down. */
  remember: boolean
  /** The flags are for other jobs, too: what this script does not use is no mistake. */
  forAll: boolean
  /** Names that the job may have where the script does not tell. */
  names: string[]
  onNotice: (text: string) => void
}

/** The jobs of a script, each as a program of its own. Refused without a value that it is known to need. */
export async function readScript(wish: ScriptWish): Promise<Program[]> {
  const { path, defines } = wish
  const raw = await readText(path)
  const { text, names } = define(raw, new Map([...defines.values].map(([name, { value }]) => [name, value])))
  const values = await rememberDefines(wish, names)
  const jobs = jobsOf(splitScript(text))
  if (jobs.length === 0) throw usageError(`${path} starts no job: it has no INSERT.`)
  refuseNamesakes(path, jobs)
  const memory = {
    kind: 'script' as const,
    path: resolve(path),
    sha256: createHash('sha256').update(raw).digest('hex'),
    entryClass: null,
    args: [],
    parallelism: null,
    ...values,
  }
  // Values are part of it: another value makes another script.
  const origin = createHash('sha256')
    .update(`${resolve(path)}\n${text}`)
    .digest('hex')
  return jobs.map(({ name, line, statements, own, directories, restoresFrom }) => {
    const names = name !== null ? [name] : jobs.length === 1 ? wish.names : []
    const title = names[0] ?? (jobs.length === 1 ? basename(path) : `${basename(path)} line ${line}`)
    return {
      title,
      names,
      ownDirectories: directories,
      restoresFrom,
      memory,
      source: { kind: 'script', statements, part: { origin, own } },
    }
  })
}

/** Whose restore point is whose could not be told. */
function refuseNamesakes(path: string, jobs: ScriptJob[]): void {
  const second = jobs.find((job, at) => job.name !== null && jobs.slice(0, at).some((other) => other.name === job.name))
  if (second === undefined) return
  const lines = jobs.filter((job) => job.name === second.name).map((job) => job.line)
  throw usageError(
    `${path} starts ${lines.length} jobs of the same name, ${second.name} (lines ${lines.join(', ')}).`,
    "Give each a name of its own: SET 'pipeline.name' = '...' before each INSERT.",
  )
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw notFoundError('SCRIPT_NOT_FOUND', `The script ${path} cannot be read.`, 'Check the path.')
  }
}

export interface JarWish {
  path: string
  entryClass: string | null
  args: string[]
  /** Whether the arguments may be written down. */
  remember: boolean
  parallelism: number | null
  names: string[]
  signal: AbortSignal
}

/** A jar as a program; what its job is called, only its `main` knows. */
export async function readJar({ path, entryClass, args, remember, parallelism, names, signal }: JarWish): Promise<Program> {
  keepOut(args.filter((one) => !/^--[A-Za-z][\w.-]*$/.test(one)))
  const isPlain = remember || args.length === 0
  return {
    title: names[0] ?? basename(path),
    names,
    ownDirectories: [],
    restoresFrom: null,
    memory: {
      kind: 'jar',
      path: resolve(path),
      sha256: await sha256Of(path, signal),
      entryClass,
      args: isPlain ? args : null,
      parallelism,
      defines: null,
      sealed: isPlain ? [] : [await sealArguments(args)],
      defineFile: null,
    },
    source: { kind: 'jar', path, entryClass, args, parallelism },
  }
}
