import { Flags } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { cleanupFlags, policyOf } from '../lib/cli/cleanup-flags.js'
import { resumeRun } from '../lib/cli/cleanup-resume.js'
import { runPlan } from '../lib/cli/cleanup-run.js'
import { openSource, planFrom } from '../lib/cli/cleanup-source.js'
import { windowsOf } from '../lib/cli/cleanup-windows.js'
import { tellLeftovers } from '../lib/cli/drill-leftovers.js'
import { changeFlags } from '../lib/cli/flags.js'
import { pointersOf } from '../lib/cli/pointers.js'
import { confirmedBefore } from '../lib/operations/confirmed-before.js'
import { openScopeBelow } from '../lib/scope.js'
import { cleanupPlanText } from '../lib/views/cleanup.js'
import { plural } from '../lib/views/format.js'

export default class Cleanup extends BaseCommand {
  static override description = 'Delete what no restorable snapshot needs: plan, show, confirm, check again, delete.'
  static override examples = [
    '<%= config.bin %> cleanup --older-than 24h --dry-run',
    '<%= config.bin %> cleanup --older-than 24h --savepoints-older-than 30d --yes',
    '<%= config.bin %> cleanup --older-than 7d --job sales_pipeline --json --dry-run',
  ]
  static override flags = {
    ...changeFlags,
    ...cleanupFlags,
    resume: Flags.string({ description: 'finish the plan of a run that was cut off', helpValue: '<run>' }),
    inventory: Flags.string({
      description: 'candidates from a run of Azure Blob Inventory instead of a listing; all that counts is looked at live',
      helpValue: '<manifest>',
      exclusive: ['resume'],
    }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Cleanup)
    const context = await this.connect(flags, {
      olderThanMs: flags['older-than'],
      savepointsOlderThanMs: flags['savepoints-older-than'],
      unnamedOlderThanMs: flags['unnamed-older-than'],
      abandonedOlderThanMs: flags['abandoned-older-than'],
      keepLast: flags['keep-last'],
      graceMs: flags.grace,
    })
    await tellLeftovers(context, (text) => this.notice(text))
    const scope = await openScopeBelow(context, flags.root)
    const windows = windowsOf(context, scope, flags['ignore-window'])
    const deleting = { progress: this.progress, maxRate: flags['max-rate'] ?? null }
    if (flags.resume !== undefined) {
      const print = (text: string) => this.print(text)
      return resumeRun({ runId: flags.resume, isDryRun: flags['dry-run'], scope, context, windows, print, ...deleting })
    }
    const source = flags.inventory === undefined ? null : await openSource(flags.inventory, scope, context)
    const planned = await planFrom(source, {
      readers: scope.readers,
      cluster: scope.cluster,
      journal: context.journal,
      roots: scope.roots,
      stateRoots: scope.stateRoots,
      exclusive: scope.config.exclusive.value,
      policy: policyOf(scope.config, flags, scope.rootPaths),
      job: flags.job ?? null,
      windows,
      pointers: pointersOf(context, scope),
      graceMs: scope.config.retention.graceMs.value,
      maxShare: flags['max-share'] ?? 0.3,
      confirmed: async () =>
        confirmedBefore({ readers: scope.readers, runs: context.runs, recorder: await context.storage(), signal: this.signal }),
      sweepsTaskOwned: flags['no-write-ahead-sinks'],
      withoutSoftDelete: flags['without-soft-delete'],
      now: context.now,
      signal: this.signal,
      onBlobs: (blobs) => this.progress.update(`Listing storage: ${plural(blobs, 'blob')}`),
    })
    this.progress.done()
    this.print(
      cleanupPlanText({ plan: planned.plan, jobs: planned.jobs, isExclusive: scope.config.exclusive.value, streams: this.streams }),
    )
    return runPlan({
      planned,
      scope: source === null ? scope : source.scope,
      context,
      windows,
      isDryRun: flags['dry-run'],
      isConfirmed: flags.yes,
      ask: () => this.confirm('\nDelete this? Type delete to go on: ', ['delete'], flags),
      print: (text) => this.print(text),
      ...deleting,
    })
  }
}
