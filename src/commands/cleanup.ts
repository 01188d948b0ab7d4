import { Flags, type Interfaces } from '@oclif/core'
import { cleanupFlags, policyOf } from '../lib/cli/cleanup-flags.js'
import { openRun } from '../lib/cli/cleanup-resume.js'
import { type Planning, runPlan } from '../lib/cli/cleanup-run.js'
import { openSource, planFrom } from '../lib/cli/cleanup-source.js'
import { windowsOf } from '../lib/cli/cleanup-windows.js'
import { DeletingCommand } from '../lib/cli/deleting-command.js'
import { tellLeftovers } from '../lib/cli/drill-leftovers.js'
import { changeFlags } from '../lib/cli/flags.js'
import { pointersOf } from '../lib/cli/pointers.js'
import type { Context } from '../lib/context.js'
import { confirmedBefore } from '../lib/operations/confirmed-before.js'
import { openScopeBelow } from '../lib/scope.js'

export default class Cleanup extends DeletingCommand {
  static override description = 'Delete what no restorable snapshot needs: plan, show, confirm, plan again, delete what both plans want.'
  static override examples = [
    '<%= config.bin %> cleanup --older-than 24h --dry-run',
    '<%= config.bin %> cleanup --older-than 24h --savepoints-older-than 30d --yes',
    '<%= config.bin %> cleanup --older-than 7d --job sales_pipeline --json --dry-run',
  ]
  static override flags = {
    ...changeFlags,
    ...cleanupFlags,
    resume: Flags.string({ description: 'finish the plan of a run that was cut off, where it still holds', helpValue: '<run>' }),
    inventory: Flags.string({
      description: 'candidates from a run of Azure Blob Inventory instead of a listing; all that counts is looked at live',
      helpValue: '<manifest>',
      exclusive: ['resume'],
    }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Cleanup)
    const context = await this.#open(flags)
    await tellLeftovers(context, (text) => this.notice(text))
    return runPlan({
      ...this.deleting(flags),
      earlier:
        flags.resume === undefined
          ? null
          : await openRun(flags.resume, await openScopeBelow(context, flags.root), context, (text) => this.print(text)),
      plan: async (signal) => this.#plan(flags, await this.#open(flags), signal),
    })
  }

  #open(flags: CleanupFlags): Promise<Context> {
    return this.connect(flags, {
      olderThanMs: flags['older-than'],
      savepointsOlderThanMs: flags['savepoints-older-than'],
      unnamedOlderThanMs: flags['unnamed-older-than'],
      abandonedOlderThanMs: flags['abandoned-older-than'],
      keepLast: flags['keep-last'],
      graceMs: flags.grace,
    })
  }

  async #plan(flags: CleanupFlags, context: Context, signal: AbortSignal): Promise<Planning> {
    const scope = await openScopeBelow(context, flags.root, !flags['dry-run'])
    const source = flags.inventory === undefined ? null : await openSource(flags.inventory, scope, context)
    const { config, readers } = scope
    const planned = await planFrom(source, {
      readers,
      cluster: scope.cluster,
      journal: context.journal,
      roots: scope.roots,
      stateRoots: scope.stateRoots,
      exclusive: config.exclusive.value,
      policy: policyOf(config, flags, scope.rootPaths),
      job: flags.job ?? null,
      windows: windowsOf(context, scope, flags['ignore-window']),
      pointers: pointersOf(context, scope),
      graceMs: config.retention.graceMs.value,
      maxShare: flags['max-share'] ?? 0.3,
      confirmed: async () => confirmedBefore({ readers, runs: context.runs, recorder: await context.storage(), signal }),
      sweepsTaskOwned: flags['no-write-ahead-sinks'],
      withoutSoftDelete: flags['without-soft-delete'],
      now: context.now,
      signal,
      onBlobs: this.onBlobs,
    })
    return { planned, scope, context }
  }
}

type CleanupFlags = Interfaces.InferredFlags<typeof Cleanup.baseFlags & typeof Cleanup.flags>
