import type { EffectiveConfig, JobSpec } from '../config/settings.js'
import { usageError } from '../errors.js'
import type { Program } from '../operations/program.js'
import type { StartedJob, StartJournal } from '../ports-started.js'
import { readJar, readScript } from './read-program.js'

export interface ProgramFlags {
  'entry-class'?: string | undefined
  arg?: string[] | undefined
  parallelism?: number | undefined
  define?: string[] | undefined
  'job-name'?: string | undefined
}

export interface ReadProgramsInput {
  /** A script, a jar, a name under `jobs:`, or the name of a job. */
  text: string
  context: { config: EffectiveConfig; starts: StartJournal; signal: AbortSignal }
  flags?: ProgramFlags
  onNotice: (text: string) => void
}

/** With what flinkops remembers of the jobs that it started. */
export interface Reading extends Required<ReadProgramsInput> {
  started: StartedJob[]
}

/** The programs of a script or jar; `keys` are names that the job may have where the program does not tell. */
export async function readSpec(spec: JobSpec, keys: string[], { flags, started, context, onNotice }: Reading): Promise<Program[]> {
  const asked = flags['job-name'] === undefined ? [] : [flags['job-name']]
  if (spec.kind === 'script') {
    checkScriptFlags(flags)
    const names = asked.length > 0 ? asked : keys
    return readScript({ path: spec.script, defines: definesOf(flags), names, onNotice })
  }
  if (flags.define !== undefined) throw usageError('--define goes with a script, not with a jar.', 'Give a jar its arguments with --arg.')
  const jar = {
    path: spec.jar,
    entryClass: flags['entry-class'] ?? spec.entryClass,
    args: flags.arg ?? spec.args,
    parallelism: flags.parallelism ?? spec.parallelism,
    signal: context.signal,
  }
  const { memory } = await readJar({ ...jar, names: [] })
  const before = started.toReversed().flatMap((job) => (job.name !== null && isSameJar(job, memory) ? [job.name] : []))
  return [await readJar({ ...jar, names: asked.length > 0 ? asked : [...new Set([...before, ...keys])] })]
}

/** Arguments decide what a jar calls its job. */
function isSameJar(job: StartedJob, memory: Program['memory']): boolean {
  const identity = (one: Program['memory']) => JSON.stringify([one.kind, one.path, one.entryClass, one.args])
  return memory.args !== null && identity(job) === identity(memory)
}

function checkScriptFlags(flags: ProgramFlags): void {
  const wrong = (['entry-class', 'arg', 'parallelism'] as const).find((name) => flags[name] !== undefined)
  if (wrong !== undefined)
    throw usageError(`--${wrong} goes with a jar, not with a script.`, 'Put it into the script with SET, or use --define.')
}

function definesOf({ define = [] }: ProgramFlags): Record<string, string> {
  return Object.fromEntries(
    define.map((text) => {
      const [, name, value] = /^([A-Za-z_][\w.-]*)=([\s\S]*)$/.exec(text) ?? []
      if (name === undefined || value === undefined) throw usageError(`--define ${text.split('=')[0]}: write it as NAME=value.`)
      return [name, value]
    }),
  )
}
