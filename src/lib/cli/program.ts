import { readFile } from 'node:fs/promises'
import type { EffectiveConfig } from '../config/settings.js'
import { notFoundError, usageError } from '../errors.js'
import { splitScript } from '../flink/script.js'
import { pipelineNameOf } from '../flink/script-settings.js'
import type { Program } from '../operations/resume-job.js'

export interface ProgramFlags {
  'entry-class'?: string | undefined
  arg?: string[] | undefined
  parallelism?: number | undefined
}

/** What to start: a script, a jar, or a name from the `jobs:` map of the context. */
export async function readProgram(text: string, config: EffectiveConfig, flags: ProgramFlags): Promise<Program> {
  const spec = config.jobs.value[text]
  if (spec?.kind === 'script') return readScript(spec.script)
  if (spec?.kind === 'jar')
    return { kind: 'jar', path: spec.jar, entryClass: spec.entryClass, args: spec.args, parallelism: spec.parallelism }
  if (text.endsWith('.jar')) {
    return {
      kind: 'jar',
      path: text,
      entryClass: flags['entry-class'] ?? null,
      args: flags.arg ?? [],
      parallelism: flags.parallelism ?? null,
    }
  }
  if (text.endsWith('.sql')) return readScript(text)
  const names = Object.keys(config.jobs.value)
  const hint =
    names.length === 0
      ? 'Give a .sql script or a .jar, or name the job under jobs: in flinkops.yaml.'
      : `Named in this context: ${names.join(', ')}.`
  throw notFoundError('PROGRAM_NOT_FOUND', `${text} is no .sql script, no .jar, and no job named in the context.`, hint)
}

async function readScript(path: string): Promise<Program> {
  const statements = splitScript(await readText(path))
  const starting = statements.filter((statement) => statement.startsJob)
  if (starting.length === 0) throw usageError(`${path} starts no job: it has no INSERT.`)
  if (starting.length > 1) {
    const lines = starting.map((statement) => statement.line).join(', ')
    throw usageError(
      `${path} starts ${starting.length} jobs (lines ${lines}), and one restore path fits just one.`,
      'Put them into one EXECUTE STATEMENT SET, or into scripts of their own.',
    )
  }
  return { kind: 'script', statements, name: pipelineNameOf(statements) }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw notFoundError('SCRIPT_NOT_FOUND', `The script ${path} cannot be read.`, 'Check the path.')
  }
}
