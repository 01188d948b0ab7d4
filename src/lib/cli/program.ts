import { notFoundError, usageError } from '../errors.js'
import type { Program } from '../operations/program.js'
import type { StartedJob } from '../ports-started.js'
import { type Reading, type ReadProgramsInput, readSpec } from './read-spec.js'

/**
 * What to start, one program for each job of it: a name under `jobs:`, a `.sql` script, a `.jar`, a job that flinkops has started before, or
 * a job in one of the scripts under `jobs:`. The name of a job means that job alone, also when its script starts others.
 */
export async function readPrograms(input: ReadProgramsInput): Promise<Program[]> {
  const { text } = input
  const isName = Object.hasOwn(input.context.config.jobs.value, text)
  if (isName || !/\.(jar|sql)$/.test(text)) return readNamed(input)
  const reading: Reading = { flags: {}, ...input, started: [] }
  if (text.endsWith('.sql')) return readSpec({ kind: 'script', script: text }, [], reading)
  const started = await input.context.starts.startedJobs()
  return readSpec({ kind: 'jar', jar: text, entryClass: null, args: [], parallelism: null }, [], { ...reading, started })
}

/** The same of a name, which may come from a cluster or a manifest: it never means a file that happens to be called so. */
export async function readNamed(input: ReadProgramsInput): Promise<Program[]> {
  const reading: Reading = { flags: {}, ...input, started: await input.context.starts.startedJobs() }
  const { text } = reading
  const { value: jobs } = reading.context.config.jobs
  const spec = Object.hasOwn(jobs, text) ? jobs[text] : undefined
  if (spec !== undefined) return only(text, await readSpec(spec, [text], reading))
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

async function readRemembered(job: StartedJob, reading: Reading): Promise<Program[]> {
  const { flags, onNotice, context } = reading
  const what = `flinkops started ${job.name ?? job.jobId} from ${job.path} on ${new Date(job.startedAtMs).toISOString()}`
  if (
    (job.kind === 'jar' && job.args === null && flags.arg === undefined) ||
    (job.kind === 'script' && job.defines === null && !flags.define)
  )
    throw usageError(
      `${what}, with ${job.kind === 'jar' ? 'an argument' : 'a --define'} that looks like a credential and so was not written down.`,
      `Give ${job.kind === 'jar' ? 'the arguments again with --arg' : 'the values again with --define'}, or name the job under jobs: in flinkops.yaml.`,
    )
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

function readFileOf(job: StartedJob, reading: Reading): Promise<Program[]> {
  const names = job.name === null ? [] : [job.name]
  if (job.kind === 'jar') {
    const { path: jar, entryClass, args, parallelism } = job
    return readSpec({ kind: 'jar', jar, entryClass, args: args ?? [], parallelism }, names, reading)
  }
  const { flags } = reading
  const kept = Object.entries(job.defines ?? {}).map(([name, value]) => `${name}=${value}`)
  const defined = { ...flags, define: [...kept, ...(flags.define ?? [])] }
  return readSpec({ kind: 'script', script: job.path }, names, { ...reading, flags: defined })
}

/** A job that has this name in one of the scripts under `jobs:`. */
async function inMappedScripts(reading: Reading): Promise<Program | null> {
  for (const [key, spec] of Object.entries(reading.context.config.jobs.value)) {
    if (spec.kind !== 'script') continue
    const programs = await readSpec(spec, [key], { ...reading, onNotice: () => undefined }).catch(() => [])
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
