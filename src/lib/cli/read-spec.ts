import type { EffectiveConfig, JobSpec } from '../config/settings.js'
import { usageError } from '../errors.js'
import type { Program } from '../operations/program.js'
import type { StartedJob, StartJournal } from '../ports-started.js'
import { type Defines, readDefines } from './define-values.js'
import { startWords } from './defines-memory.js'
import { argumentsMissing } from './missing-values.js'
import { readJar, readScript } from './read-program.js'
import { isMadeOfArguments } from './seal.js'

export interface ProgramFlags {
  'entry-class'?: string | undefined
  arg?: string[] | undefined
  parallelism?: number | undefined
  define?: string[] | undefined
  'define-file'?: string | undefined
  remember?: boolean | undefined
  'job-name'?: string | undefined
}

export interface ReadProgramsInput {
  /** A script, a jar, a name under `jobs:`, or the name of a job. */
  text: string
  context: { config: EffectiveConfig; starts: StartJournal; signal: AbortSignal }
  flags?: ProgramFlags
  /** The flags are for several jobs: each takes what it has a use for. */
  forAll?: boolean
  /** Values that the job was started with elsewhere: names of a script's, words for a jar's arguments. */
  needs?: string[]
  onNotice: (text: string) => void
}

/** With what flinkops remembers of the jobs that it started. */
export interface Reading extends Required<ReadProgramsInput> {
  started: StartedJob[]
}

/**
 * The programs of a script or jar; `keys` are names that the job may have where the program does not tell, `recorded` is what is written
 * down of its last start, where it is started by name.
 */
export async function readSpec(spec: JobSpec, keys: string[], reading: Reading, recorded: StartedJob | null): Promise<Program[]> {
  const { flags, needs, forAll, onNotice } = reading
  const asked = flags['job-name'] === undefined ? [] : [flags['job-name']]
  const remember = flags.remember === true
  if (spec.kind === 'jar') return [await jarOf(spec, asked.length > 0 ? asked : keys, reading, recorded)]
  checkScriptFlags(flags)
  const names = asked.length > 0 ? asked : keys
  const defines = await definesOf(spec, flags, recorded)
  return readScript({ path: spec.script, defines, recorded, needs, remember, forAll, names, onNotice })
}

type Jar = Extract<JobSpec, { kind: 'jar' }>

async function jarOf(spec: Jar, keys: string[], reading: Reading, recorded: StartedJob | null): Promise<Program> {
  const { flags, started, needs, forAll, context } = reading
  const wrong = (['define', 'define-file'] as const).find((name) => flags[name] !== undefined)
  if (wrong !== undefined && !forAll)
    throw usageError(`--${wrong} goes with a script, not with a jar.`, 'Give a jar its arguments with --arg.')
  if (needs.length > 0 && flags.arg === undefined) throw argumentsMissing(`${spec.jar} was started elsewhere`, needs.join(', '))
  if (recorded !== null) await tellOtherArguments(flags.arg ?? spec.args, recorded, reading)
  const args = flags.arg ?? spec.args
  const jar = {
    path: spec.jar,
    entryClass: flags['entry-class'] ?? spec.entryClass,
    args,
    // What is written down already stays so, or the next start by name could not go on from it.
    remember: flags.remember === true || JSON.stringify(recorded?.args) === JSON.stringify(args),
    parallelism: flags.parallelism ?? spec.parallelism,
    signal: context.signal,
  }
  const program = await readJar({ ...jar, names: keys })
  if (flags['job-name'] !== undefined) return program
  const before = await namesBefore(program.memory, args, started)
  const names = [...new Set([...before, ...keys])]
  return { ...program, names, title: names[0] ?? program.title }
}

/** What this jar called its job, the latest first: its arguments decide. */
async function namesBefore({ path, entryClass }: Program['memory'], args: string[], started: StartedJob[]): Promise<string[]> {
  const names = new Set<string>()
  for (const job of started.toReversed()) {
    const isOfJar = job.kind === 'jar' && job.path === path && job.entryClass === entryClass
    if (job.name !== null && !names.has(job.name) && isOfJar && (await hadArguments(job, args))) names.add(job.name)
  }
  return [...names]
}

/** Whether a jar was started with just these arguments. */
export async function hadArguments({ args, sealed: [sealed] }: StartedJob, given: string[]): Promise<boolean> {
  if (args !== null) return JSON.stringify(args) === JSON.stringify(given)
  return sealed !== undefined && isMadeOfArguments(sealed, given)
}

async function tellOtherArguments(args: string[], recorded: StartedJob, { onNotice }: Reading): Promise<void> {
  if (recorded.args === null && recorded.sealed.length === 0) return
  if (await hadArguments(recorded, args)) return
  onNotice(`${startWords(recorded)}, with other arguments. Those that are given now are used.`)
}

function checkScriptFlags(flags: ProgramFlags): void {
  const wrong = (['entry-class', 'arg', 'parallelism'] as const).find((name) => flags[name] !== undefined)
  if (wrong !== undefined)
    throw usageError(`--${wrong} goes with a jar, not with a script.`, 'Put it into the script with SET, or use --define.')
}

/** A file that was named at the last start may be gone; what then lacks is said by name. */
async function definesOf(spec: { defineFile?: string }, flags: ProgramFlags, recorded: StartedJob | null): Promise<Defines> {
  const sources = { flags: flags.define ?? [], kept: recorded?.defines ?? {} }
  const named = flags['define-file'] ?? spec.defineFile
  if (named !== undefined || recorded === null) return readDefines({ ...sources, file: named ?? null })
  try {
    return await readDefines({ ...sources, file: recorded.defineFile })
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'DEFINE_FILE_NOT_FOUND'
    if (!isGone) throw error
    return readDefines({ ...sources, file: null })
  }
}
