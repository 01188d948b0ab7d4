import { Args, type Interfaces } from '@oclif/core'
import { alsoLastFlag, deletingFlags, ignoreWindowFlag, policyOf } from '../lib/cli/cleanup-flags.js'
import { type Planning, runPlan } from '../lib/cli/cleanup-run.js'
import { windowsOf } from '../lib/cli/cleanup-windows.js'
import { DeletingCommand } from '../lib/cli/deleting-command.js'
import { changeFlags } from '../lib/cli/flags.js'
import { pointersOf } from '../lib/cli/pointers.js'
import type { Context } from '../lib/context.js'
import { checkExactPath } from '../lib/operations/exact-path.js'
import { locateSnapshot } from '../lib/operations/locate-snapshot.js'
import { checkNamed, planCleanup } from '../lib/operations/plan-cleanup.js'
import { openScope } from '../lib/scope.js'
import { locationKey } from '../lib/state/location.js'

export default class Delete extends DeletingCommand {
  static override description = 'Delete named snapshots under the guards of clean-up, and the files that nothing else needs.'
  static override examples = [
    '<%= config.bin %> delete savepoint-91916f-2325bb7354fc',
    '<%= config.bin %> delete wasbs://flink@acct.blob.core.windows.net/savepoints/savepoint-91916f-2325bb7354fc --yes',
  ]
  static override strict = false
  static override args = { snapshot: Args.string({ description: 'URI, or path below a root; several may be given', required: true }) }
  static override flags = {
    ...changeFlags,
    ...ignoreWindowFlag,
    ...alsoLastFlag,
    ...deletingFlags,
  }

  async run(): Promise<object> {
    const { argv, flags } = await this.parse(Delete)
    const named = await this.#locate(argv.map(String), await this.connect(flags))
    return runPlan({ ...this.deleting(flags), earlier: null, plan: (signal) => this.#plan(flags, named, signal) })
  }

  async #plan(flags: DeleteFlags, named: Map<string, string>, signal: AbortSignal): Promise<Planning> {
    const context = await this.connect(flags)
    const scope = await openScope(context, [], !flags['dry-run'])
    const planned = await planCleanup({
      readers: scope.readers,
      cluster: scope.cluster,
      journal: context.journal,
      roots: scope.roots,
      stateRoots: scope.stateRoots,
      exclusive: scope.config.exclusive.value,
      policy: policyOf(scope.config, flags, scope.rootPaths),
      job: null,
      named: new Set(named.keys()),
      windows: windowsOf(context, scope, flags['ignore-window']),
      pointers: pointersOf(context, scope),
      graceMs: scope.config.retention.graceMs.value,
      maxShare: 1,
      withoutSoftDelete: flags['without-soft-delete'],
      now: context.now,
      signal,
      onBlobs: this.onBlobs,
    })
    this.progress.done()
    checkNamed(planned.plan, named)
    return { planned, scope, context }
  }

  /** Keys of the named snapshots' directories, each with the path as it was given. */
  async #locate(texts: string[], context: Context): Promise<Map<string, string>> {
    const { rootPaths } = await openScope(context)
    const storage = await context.storage()
    const named = new Map<string, string>()
    for (const text of texts) {
      checkExactPath(text)
      const { location, path } = await locateSnapshot({ text, roots: rootPaths, storage, signal: this.signal })
      named.set(locationKey(location), path)
    }
    return named
  }
}

type DeleteFlags = Interfaces.InferredFlags<typeof Delete.baseFlags & typeof Delete.flags>
