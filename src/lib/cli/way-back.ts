import type { Context } from '../context.js'
import { FlinkopsError, notFoundError } from '../errors.js'
import type { WayBack } from '../operations/survey-stop.js'
import { readPrograms } from './program.js'

/** How a job of a name is brought back: by the `jobs:` map, or by what was started here before. */
export function wayBackOf(context: Context): (name: string) => Promise<WayBack> {
  return async (name) => {
    try {
      const [program] = await readPrograms({ text: name, context, onNotice: () => undefined })
      if (program === undefined) throw notFoundError('PROGRAM_NOT_FOUND', `${name} is no program.`)
      const { kind, path, sha256, entryClass, args, parallelism } = program.memory
      return { known: true, words: path, spec: { kind, path, sha256, entryClass, args, parallelism } }
    } catch (error) {
      if (error instanceof FlinkopsError) return { known: false, problem: error.message.replace(/\.$/, '') }
      throw error
    }
  }
}
