import { parseDuration } from '../config/duration.js'
import { usageError } from '../errors.js'
import type { Before } from '../operations/find-restorable.js'
import type { Program } from '../operations/program.js'

/** What `--from` names: a snapshot, or the newest restorable one. */
export type RestorePoint = { kind: 'path'; text: string } | { kind: 'latest'; before: Before | null }

/** `latest`, `before=<time or age>`, else a path. */
export function parseRestorePoint(text: string): RestorePoint {
  if (text === '') throw usageError('--from is empty: give a snapshot, latest, or before=<time>.')
  if (text === 'latest') return { kind: 'latest', before: null }
  if (text.startsWith('before=')) return { kind: 'latest', before: parseBefore(text.slice('before='.length)) }
  return { kind: 'path', text }
}

const TIME_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/i

function parseBefore(text: string): Before {
  const age = parseDuration(text)
  if (age.ok) return { agoMs: age.ms }
  const atMs = TIME_WITH_ZONE.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(atMs))
    throw usageError(
      `--from before=${text}: that is neither a time with its zone nor an age.`,
      'Write for example before=2026-11-22T12:00:00Z, or before=2h for more than two hours ago.',
    )
  return { atMs }
}

/** The restore point of each program: `--from <point>` for the only one, `--from <job name>=<point>` for each of several. */
export function restorePointsOf(programs: Program[], texts: string[], script: string): { program: Program; point: RestorePoint }[] {
  const points = new Map<Program, RestorePoint>()
  for (const text of texts) {
    const named = programs.find((program) => program.names.some((name) => text.startsWith(`${name}=`)))
    const program = named ?? soleOf(programs, text, script)
    const name = named?.names.find((one) => text.startsWith(`${one}=`))
    if (points.has(program)) throw usageError(`--from ${text}: ${program.title} has a --from already.`)
    points.set(program, parseRestorePoint(name === undefined ? text : text.slice(name.length + 1)))
  }
  const without = programs.filter((program) => !points.has(program))
  if (without.length > 0) throw lacking(programs, without, script)
  return [...points].map(([program, point]) => ({ program, point }))
}

function soleOf(programs: Program[], text: string, script: string): Program {
  const [program, second] = programs
  const other = /^(?!before=)([^/:=]+)=/.exec(text)?.[1]
  if (other !== undefined)
    throw usageError(`--from ${text}: ${script} has no job ${other}.`, `Its jobs are: ${programs.map((one) => one.title).join(', ')}.`)
  if (program === undefined || second !== undefined) throw lacking(programs, programs, script)
  return program
}

function lacking(programs: Program[], without: Program[], script: string): Error {
  const nameless = programs.find((program) => program.names.length === 0)
  if (programs.length > 1 && nameless !== undefined)
    return usageError(
      `${script} starts ${programs.length} jobs, and ${nameless.title} has no name.`,
      "Name it: SET 'pipeline.name' = '...'",
    )
  return usageError(
    `${script} starts ${programs.length} jobs, and each needs a restore point of its own; without one: ${without.map((one) => one.title).join(', ')}.`,
    `Write ${programs.map((one) => `--from ${one.title}=latest`).join(' ')}, or a path for each in place of latest.`,
    'Or resume one of them by its name, or put the INSERTs into one EXECUTE STATEMENT SET.',
  )
}
