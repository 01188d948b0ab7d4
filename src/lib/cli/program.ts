import type { JobSpec } from '../config/settings.js'
import type { Context } from '../context.js'
import { notFoundError } from '../errors.js'
import type { Program } from '../operations/program.js'
import type { StartedJob } from '../ports-started.js'
import { startWords } from './defines-memory.js'
import { argumentsMissing, definesMissing } from './missing-values.js'
import { hadArguments, type Reading, type ReadProgramsInput, readSpec } from './read-spec.js'

/**
 * What to start, one program for each job of it: a name under `jobs:`, a `.sql` script, a `.jar`, a job that flinkops has started before, or
 * a job in one of the scripts under `jobs:`. The name of a job means that job alone, also when its script starts others.
 */
export async function readPrograms(input: ReadProgramsInput): Promise<Program[]> {
  const { text } = input
  if (isNamed(text, input.context)) return readNamed(input)
  const reading = await readingOf(input)
  if (text.endsWith('.sql')) return readSpec({ kind: 'script', script: text }, [], reading, null)
  return readSpec({ kind: 'jar', jar: text, entryClass: null, args: [], parallelism: null }, [], reading, null)
}

/** Whether a text names a job, and no file. */
export function isNamed(text: string, { config }: Pick<Context, 'config'>): boolean {
  return Object.hasOwn(config.jobs.value, text) || !/\.(jar|sql)$/.test(text)
}

async function readingOf(input: ReadProgramsInput): Promise<Reading> {
  return { flags: {}, forAll: false, needs: [], ...input, started: await input.context.starts.startedJobs() }
}

/** The same of a name, which may come from a cluster or a manifest: it never means a file that happens to be called so. */
export async function readNamed(input: ReadProgramsInput): Promise<Program[]> {
  const reading = await readingOf(input)
  const { text } = reading
  const { value: jobs } = reading.context.config.jobs
  const spec = Object.hasOwn(jobs, text) ? jobs[text] : undefined
  if (spec !== undefined) return only(text, await readSpec(spec, [text], reading, lastStart(spec, text, reading)))
  const remembered = reading.started.findLast((job) => job.name === text || job.jobId === text)
  if (remembered !== undefined) return readRemembered(remembered, reading)
  const named = await inMappedScripts(reading)
  if (named !== null) return [named]
  throw unknown(text, reading)
}

/** The job of that name alone, where the script has one; else all of them. */
function only(name: string, programs: Program[]): Program[] {
  const named = programs.filter((program) => program.names.includes(name))
  return named.length === 0 ? programs : named
}

/** A script's values are those of all its jobs; of a jar, only the job of that name tells. */
function lastStart(spec: JobSpec, name: string, { started }: Reading): StartedJob | null {
  const isOfSpec = (job: StartedJob) =>
    job.kind === spec.kind && (spec.kind === 'script' ? job.path === spec.script : job.path === spec.jar && job.name === name)
  return started.findLast(isOfSpec) ?? null
}

async function readRemembered(job: StartedJob, reading: Reading): Promise<Program[]> {
  const { onNotice, context } = reading
  const what = startWords(job)
  const programs = await readFileOf(job, reading).catch((error: unknown) => {
    context.signal.throwIfAborted()
    if (isNotThere(error))
      throw notFoundError(
        'PROGRAM_GONE',
        `${what}, and that file is not there any more.`,
        'Give the script or jar itself, or name it under jobs: in flinkops.yaml.',
      )
    throw error
  })
  if (programs[0]?.memory.sha256 !== job.sha256) onNotice(`${what}; the file has changed since then. It is used as it is now.`)
  const own = programs.filter((program) => program.names.length === 0 || job.name === null || program.names.includes(job.name))
  if (own.length > 0) return own
  const names = programs.map((program) => program.title).join(', ')
  throw notFoundError('PROGRAM_GONE', `${what}; that script has no job of this name any more.`, `Its jobs are: ${names}.`)
}

function isNotThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'SCRIPT_NOT_FOUND' || error.code === 'JAR_NOT_READABLE')
}

async function readFileOf(job: StartedJob, reading: Reading): Promise<Program[]> {
  const names = job.name === null ? [] : [job.name]
  const { flags } = reading
  if (job.kind === 'jar') {
    const { path: jar, entryClass, parallelism } = job
    const args = flags.arg ?? job.args ?? (await argumentsUnderJobs(job, reading))
    return readSpec({ kind: 'jar', jar, entryClass, args, parallelism }, names, reading, job)
  }
  // Older versions wrote down that there is a value, and not its name.
  if (job.defines === null && flags.define === undefined && flags['define-file'] === undefined)
    throw definesMissing(startWords(job), ['a --define'], null)
  return readSpec({ kind: 'script', script: job.path }, names, reading, job)
}

/** Arguments that are not written down here may stand in flinkops.yaml, for the same jar. */
async function argumentsUnderJobs(job: StartedJob, { context }: Reading): Promise<string[]> {
  for (const spec of Object.values(context.config.jobs.value)) {
    const isSame = spec.kind === 'jar' && spec.jar === job.path && spec.entryClass === job.entryClass
    if (isSame && (await hadArguments(job, spec.args))) return spec.args
  }
  throw argumentsMissing(startWords(job), job.sealed[0]?.name ?? 'arguments')
}

/** A job that has this name in one of the scripts under `jobs:`. */
async function inMappedScripts(reading: Reading): Promise<Program | null> {
  for (const [key, spec] of Object.entries(reading.context.config.jobs.value)) {
    if (spec.kind !== 'script') continue
    const programs = await readSpec(spec, [key], { ...reading, onNotice: () => undefined }, lastStart(spec, key, reading)).catch(() => [])
    const named = programs.find((program) => program.names.includes(reading.text))
    if (named !== undefined) return named
  }
  return null
}

function unknown(text: string, { context, started }: Reading): Error {
  const names = new Set([...Object.keys(context.config.jobs.value), ...started.flatMap((job) => job.name ?? [])])
  const hint =
    names.size === 0
      ? 'Give a .sql script or a .jar, or name the job under jobs: in flinkops.yaml.'
      : `Named in this context, or started before: ${[...names].join(', ')}.`
  return notFoundError(
    'PROGRAM_NOT_FOUND',
    `${text} is no .sql script, no .jar, and no job that is named in the context or was started before.`,
    hint,
  )
}
