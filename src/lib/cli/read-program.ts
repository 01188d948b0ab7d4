import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { notFoundError, usageError } from '../errors.js'
import { define } from '../flink/defines.js'
import { sha256Of } from '../flink/jar-file.js'
import { isSensitiveKey, redactText } from '../flink/redact.js'
import { splitScript } from '../flink/script.js'
import { jobsOf, type ScriptJob } from '../flink/script-jobs.js'
import type { Program } from '../operations/program.js'

export interface ScriptWish {
  path: string
  defines: Record<string, string>
  /** Names that the job may have where the script does not tell. */
  names: string[]
  onNotice: (text: string) => void
}

/** The jobs of a script, each as a program of its own. */
export async function readScript(wish: ScriptWish): Promise<Program[]> {
  const { path, defines } = wish
  const raw = await readText(path)
  const { text, unused } = define(raw, defines)
  for (const name of unused) wish.onNotice(`--define ${name}: ${path} has no \${${name}}.`)
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
    defines: holdsSecret(Object.entries(defines).flat()) ? null : defines,
  }
  return jobs.map(({ name, line, statements, directories, restoresFrom }) => {
    const names = name !== null ? [name] : jobs.length === 1 ? wish.names : []
    const title = names[0] ?? (jobs.length === 1 ? basename(path) : `${basename(path)} line ${line}`)
    return { title, names, ownDirectories: directories, restoresFrom, memory, source: { kind: 'script', statements } }
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
  parallelism: number | null
  names: string[]
  signal: AbortSignal
}

/** A jar as a program; what its job is called, only its `main` knows. */
export async function readJar({ path, entryClass, args, parallelism, names, signal }: JarWish): Promise<Program> {
  const absolute = resolve(path)
  return {
    title: names[0] ?? basename(path),
    names,
    ownDirectories: [],
    restoresFrom: null,
    memory: {
      kind: 'jar',
      path: absolute,
      sha256: await sha256Of(path, signal),
      entryClass,
      args: holdsSecret(args) ? null : args,
      parallelism,
      defines: null,
    },
    source: { kind: 'jar', path, entryClass, args, parallelism },
  }
}

/** What looks like a credential is never written down: neither `--password x`, `password=x` nor a signature. */
function holdsSecret(words: string[]): boolean {
  return words.some((word, at) => {
    const before = words[at - 1] ?? ''
    return redactText(word) !== word || (isSensitiveKey(before) && !before.includes('='))
  })
}
