import type { Context } from '../context.js'
import { FlinkopsError } from '../errors.js'
import type { Program } from '../operations/program.js'
import type { WayBack } from '../operations/survey-stop.js'
import type { ManifestJob } from '../state/manifest.js'
import { readPrograms } from './program.js'

type Asking = { context: Context; onNotice: (text: string) => void }

/** How a job of a name is brought back: by the `jobs:` map, or by what was started here before. */
export function wayBackOf(asking: Asking): (name: string) => Promise<WayBack> {
  return async (name) => {
    try {
      const { memory, names } = named(await readPrograms({ ...asking, text: name }), name)
      if (names.length > 0 && !names.includes(name))
        return { known: false, problem: `${memory.path} starts a job called ${names[0]}, not ${name}` }
      return { known: true, words: memory.path, spec: memory }
    } catch (error) {
      if (error instanceof FlinkopsError) return { known: false, problem: error.message.replace(/\.$/, '') }
      throw error
    }
  }
}

/** What starts a job of a window: what this machine knows by its name, else what the manifest says, for one that was made elsewhere. */
export async function programFor(job: ManifestJob, asking: Asking): Promise<Program> {
  const program = named(await readPrograms({ ...asking, text: job.name }).catch((error: unknown) => bySpec(job, asking, error)), job.name)
  if (job.spec !== null && job.spec.sha256 !== program.memory.sha256)
    asking.onNotice(`${program.memory.path} is not what it was when ${job.name} was stopped. It is used as it is now.`)
  return program
}

function bySpec({ spec }: ManifestJob, asking: Asking, error: unknown): Promise<Program[]> {
  const isUnknown = error instanceof FlinkopsError && error.code === 'PROGRAM_NOT_FOUND'
  if (!isUnknown || spec === null) throw error
  if (spec.kind === 'script') return readPrograms({ ...asking, text: spec.path })
  const flags = {
    ...(spec.entryClass !== null && { 'entry-class': spec.entryClass }),
    ...(spec.args !== null && { arg: spec.args }),
    ...(spec.parallelism !== null && { parallelism: spec.parallelism }),
  }
  return readPrograms({ ...asking, text: spec.path, flags })
}

function named(programs: Program[], name: string): Program {
  const program = programs.find((one) => one.names.includes(name)) ?? programs[0]
  if (program === undefined) throw new Error(`no program was read for ${name}`)
  return program
}
