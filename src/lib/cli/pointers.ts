import { pointersIn } from '../config/pointers.js'
import { readTextFile } from '../config/read-text-file.js'
import type { EffectiveConfig } from '../config/settings.js'
import type { Context } from '../context.js'
import { FlinkopsError } from '../errors.js'
import { splitScript } from '../flink/script.js'
import { RESTORE_PATH } from '../flink/script-jobs.js'
import { valuesOf } from '../flink/script-settings.js'
import { deletedBefore } from '../operations/deleted-before.js'
import type { Configured, PointerSources } from '../operations/find-pointers.js'
import type { Scope } from '../scope.js'

/** Who else than the jobs may point at state, for whoever plans a clean-up. */
export function pointersOf(context: Context, scope: Scope): PointerSources {
  const { runs, signal } = context
  return {
    configured: () => configuredHere(scope.config),
    optionsOf: pointersIn,
    jobManagers: scope.cluster.jobManagers,
    open: async (account, container) => (isNamed(account, scope) ? (await context.storage()).container(account, container) : null),
    deleted: async (keys) => deletedBefore(keys, { readers: scope.readers, runs, recorder: await context.storage(), signal }),
  }
}

/** A credential goes only to accounts that a person named: those of the roots, and of `storage:`. */
function isNamed(account: string, { readers, config }: Scope): boolean {
  return readers.some((one) => one.account === account) || config.storage.has(account)
}

async function configuredHere({ flinkConf, jobs }: EffectiveConfig): Promise<Configured> {
  const found = flinkConf === null ? { restorePaths: [], stores: [], problems: [] } : pointersIn(flinkConf.options, flinkConf.path)
  for (const [name, spec] of Object.entries(jobs.value)) {
    if (spec.kind !== 'script') continue
    const { paths, problem } = await restorePathsIn(spec.script)
    found.restorePaths.push(...paths.map((path) => ({ path, where: `the script of job ${name}` })))
    if (problem !== null) found.problems.push(`whether the script of job ${name} names a snapshot is not known: ${problem}`)
  }
  return found
}

async function restorePathsIn(script: string): Promise<{ paths: string[]; problem: string | null }> {
  try {
    const text = await readTextFile(script)
    if (text === null) return { paths: [], problem: `there is no ${script}` }
    return { paths: valuesOf(splitScript(text), RESTORE_PATH), problem: null }
  } catch (error) {
    if (!(error instanceof FlinkopsError)) throw error
    return { paths: [], problem: error.message }
  }
}
