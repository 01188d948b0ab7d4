import type { Context } from '../context.js'
import { FlinkopsError, notFoundError, refusedError } from '../errors.js'
import type { Program } from '../operations/program.js'
import type { WayBack } from '../operations/survey-stop.js'
import type { StartedProgram } from '../ports-started.js'
import { stateRoots } from '../scope.js'
import { parseLocation } from '../state/location.js'
import type { ManifestJob, ManifestSpec } from '../state/manifest.js'
import { isUnderRoots } from '../state/places.js'
import { shortDigest } from './foreign-window.js'
import { isLocalFile } from './local-file.js'
import { isMissingValues } from './missing-values.js'
import { readNamed, readPrograms } from './program.js'
import type { ProgramFlags } from './read-spec.js'
import { argumentWords } from './seal.js'

/** `flags`: values for any job that has a use for them. */
type Asking = { context: Context; flags?: ProgramFlags; onNotice: (text: string) => void }

/** How a job of a name is brought back: by the `jobs:` map, or by what was started here before. */
export function wayBackOf(asking: Asking): (name: string) => Promise<WayBack> {
  return async (name) => {
    try {
      const { memory, names } = named(await readNamed({ ...asking, text: name }), name)
      if (names.length > 0 && !names.includes(name))
        return { known: false, problem: `${memory.path} starts a job called ${names[0]}, not ${name}` }
      return { known: true, words: memory.path, spec: specOf(memory) }
    } catch (error) {
      if (error instanceof FlinkopsError) return { known: false, problem: problemOf(error) }
      throw error
    }
  }
}

/** Whoever goes on without a value has to have it at hand when the job is to come back. */
function problemOf(error: FlinkopsError): string {
  const problem = error.message.replace(/\.$/, '')
  if (!isMissingValues(error)) return problem
  return `${problem}. Name a file with it under jobs: in flinkops.yaml (defineFile; args of a jar), or have it ready to give again at the resume`
}

/** How a program is started, for a manifest, which leaves this machine: of values, only what they are called. */
export function specOf({ kind, path, sha256, entryClass, args, parallelism, defines, sealed }: StartedProgram): ManifestSpec {
  const kept = args === null || args.length === 0 ? [] : [argumentWords(args)]
  const needs = [...Object.keys(defines ?? {}), ...sealed.map(({ name }) => name), ...kept]
  return { kind, path, sha256, entryClass, args: args?.length === 0 ? [] : null, parallelism, needs }
}

/**
 * What starts a job of a window: what this machine knows by its name, else what the manifest says. One from elsewhere chooses no file: what
 * it names counts when it is there with just the digest that it says, and when the job would come from below this context's roots.
 */
export async function programFor(job: ManifestJob, isForeign: boolean, asking: Asking): Promise<Program> {
  if (isForeign) await checkPath(job, asking.context)
  const bySpec = isForeign ? byForeignSpec : byOwnSpec
  // Arguments of a jar stand under jobs:, or in the journal; values of a script there do not.
  const needs = job.spec?.kind === 'script' ? (job.spec.needs ?? []) : []
  const programs = await readNamed({ ...asking, forAll: true, text: job.name, needs }).catch((error: unknown) => {
    const isUnknown = error instanceof FlinkopsError && error.code === 'PROGRAM_NOT_FOUND'
    if (!isUnknown || job.spec === null) throw error
    return bySpec(job.name, job.spec, asking)
  })
  const program = named(programs, job.name)
  if (job.spec !== null && job.spec.sha256 !== program.memory.sha256)
    asking.onNotice(`${program.memory.path} is not what it was when ${job.name} was stopped. It is used as it is now.`)
  return program
}

async function checkPath({ name, path }: ManifestJob, context: Context): Promise<void> {
  if (path === null) return
  const roots = stateRoots(await context.withCluster()).flatMap((root) => {
    const parsed = parseLocation(root)
    return parsed.ok ? [parsed.location] : []
  })
  const parsed = parseLocation(path)
  if (parsed.ok && isUnderRoots(parsed.location, roots)) return
  throw refusedError(
    'PATH_OUTSIDE_ROOTS',
    `The manifest would bring ${name} back from ${path}, which lies below no root of this context.`,
    `Add its root to flinkops.yaml (roots), or name it yourself: flinkops resume ${name} --from <path>`,
  )
}

async function byForeignSpec(name: string, spec: ManifestSpec, asking: Asking): Promise<Program[]> {
  const way = `Name the job under jobs: in flinkops.yaml, or start it yourself: flinkops resume <script.sql|job.jar> --from <path>`
  if (!(await isLocalFile(spec.path)))
    throw notFoundError('PROGRAM_NOT_FOUND', `The manifest starts ${name} by ${spec.path}, which is no file of this machine.`, way)
  const programs = await byOwnSpec(name, spec, asking)
  const { sha256 } = named(programs, name).memory
  if (sha256 === spec.sha256) return programs
  throw refusedError(
    'PROGRAM_NOT_TRUSTED',
    `The manifest starts ${name} by ${spec.path} with the SHA-256 ${shortDigest(spec.sha256)}; the file of that name here has ${shortDigest(sha256)}.`,
    way,
  )
}

function byOwnSpec(_: string, spec: ManifestSpec, asking: Asking): Promise<Program[]> {
  const needs = spec.needs ?? (spec.kind === 'jar' && spec.args === null ? ['arguments'] : [])
  const reading = { ...asking, forAll: true, text: spec.path, needs }
  if (spec.kind === 'script') return readPrograms(reading)
  const flags = {
    ...(spec.entryClass !== null && { 'entry-class': spec.entryClass }),
    ...(spec.args !== null && { arg: spec.args }),
    ...(spec.parallelism !== null && { parallelism: spec.parallelism }),
  }
  return readPrograms({ ...reading, flags })
}

function named(programs: Program[], name: string): Program {
  const program = programs.find((one) => one.names.includes(name)) ?? programs[0]
  if (program === undefined) throw new Error(`no program was read for ${name}`)
  return program
}
