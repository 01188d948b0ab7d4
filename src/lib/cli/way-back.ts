import type { Context } from '../context.js'
import { FlinkopsError } from '../errors.js'
import type { WayBack } from '../operations/survey-stop.js'
import { readProgram } from './program.js'

/** How a job of a name is brought back: by the `jobs:` map, or by what was started here before. */
export function wayBackOf(context: Context): (name: string) => Promise<WayBack> {
  return async (name) => {
    try {
      const program = await readProgram(name, context.config, {})
      const path = program.kind === 'jar' ? program.path : name
      return { known: true, words: path, spec: { kind: program.kind, path, sha256: '', entryClass: null, args: null, parallelism: null } }
    } catch (error) {
      if (error instanceof FlinkopsError) return { known: false, problem: error.message.replace(/\.$/, '') }
      throw error
    }
  }
}
