import { Args } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { alsoLastFlag, deletingFlags, ignoreWindowFlag, policyOf } from '../lib/cli/cleanup-flags.js'
import { runPlan } from '../lib/cli/cleanup-run.js'
import { windowsOf } from '../lib/cli/cleanup-windows.js'
import { changeFlags } from '../lib/cli/flags.js'
import { pointersOf } from '../lib/cli/pointers.js'
import { checkExactPath } from '../lib/operations/exact-path.js'
import { locateSnapshot } from '../lib/operations/locate-snapshot.js'
import { checkNamed, planCleanup } from '../lib/operations/plan-cleanup.js'
import { openScope, type Scope } from '../lib/scope.js'
import { locationKey } from '../lib/state/location.js'
import { cleanupPlanText } from '../lib/views/cleanup.js'
import { plural } from '../lib/views/format.js'

export default class Delete extends BaseCommand {
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
    const context = await this.connect(flags)
    const scope = await openScope(context)
    const windows = windowsOf(context, scope, flags['ignore-window'])
    const named = await this.#locate(argv.map(String), scope, await context.storage())
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
      windows,
      pointers: pointersOf(context, scope),
      graceMs: scope.config.retention.graceMs.value,
      maxShare: 1,
      withoutSoftDelete: flags['without-soft-delete'],
      now: context.now,
      signal: this.signal,
      onBlobs: (blobs) => this.progress.update(`Listing storage: ${plural(blobs, 'blob')}`),
    })
    this.progress.done()
    checkNamed(planned.plan, named)
    this.print(
      cleanupPlanText({ plan: planned.plan, jobs: planned.jobs, isExclusive: scope.config.exclusive.value, streams: this.streams }),
    )
    return runPlan({
      planned,
      scope,
      context,
      windows,
      isDryRun: flags['dry-run'],
      isConfirmed: flags.yes,
      ask: () => this.confirm('\nDelete this? Type delete to go on: ', ['delete'], flags),
      print: (text) => this.print(text),
      progress: this.progress,
      maxRate: flags['max-rate'] ?? null,
    })
  }

  /** Keys of the named snapshots' directories, each with the path as it was given. */
  async #locate(texts: string[], scope: Scope, storage: Parameters<typeof locateSnapshot>[0]['storage']): Promise<Map<string, string>> {
    const named = new Map<string, string>()
    for (const text of texts) {
      checkExactPath(text)
      const { location, path } = await locateSnapshot({ text, roots: scope.rootPaths, storage, signal: this.signal })
      named.set(locationKey(location), path)
    }
    return named
  }
}
