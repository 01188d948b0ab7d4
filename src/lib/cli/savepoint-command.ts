import { Flags, type Interfaces } from '@oclif/core'
import type { Context } from '../context.js'
import { finishSavepoint, type SavepointResult, startSavepoint } from '../operations/take-savepoint.js'
import type { JournalOperation } from '../ports.js'
import { stateRoots } from '../scope.js'
import { bytes, duration, plural } from '../views/format.js'
import { savepointProgress } from '../views/wait.js'
import { oneLine } from '../visible.js'
import { BaseCommand } from './base-command.js'
import { type baseFlags, formatFlag } from './flags.js'

const takeFlags = {
  format: formatFlag(),
  'allow-foreign-target': Flags.boolean({
    default: false,
    description: "write to an account that is none of the roots' (the cluster must be able to reach it)",
  }),
}

type TakeFlags = Interfaces.InferredFlags<typeof baseFlags & typeof takeFlags>

/** What `savepoint` and `stop` have in common: trigger, wait, check on storage, print the path alone. */
export abstract class SavepointCommand extends BaseCommand {
  static readonly takeFlags = takeFlags

  protected async trigger(
    context: Context,
    flags: TakeFlags,
    asked: { kind: 'savepoint' | 'stop'; job: string; target: string | undefined; drain: boolean },
  ): Promise<{ operation: JournalOperation; defaultTarget: string | null }> {
    const config = await context.withCluster()
    return startSavepoint({
      kind: asked.kind,
      job: asked.job,
      target: asked.target ?? null,
      drain: asked.drain,
      format: flags.format === 'native' ? 'NATIVE' : 'CANONICAL',
      allowForeignTarget: flags['allow-foreign-target'],
      knownRoots: stateRoots(config),
      fallbackTarget: config.roots.savepoints.value[0] ?? null,
      jobManager: await context.jobManager(),
      journal: context.journal,
      storage: await context.storage(),
      signal: this.signal,
      now: context.now,
      onTriggered: ({ triggerId, jobName, jobId, kind }) =>
        this.progress.say(
          `${kind === 'stop' ? 'Stopping' : 'Taking a savepoint of'} ${jobName ?? jobId} (${jobId}), trigger id ${triggerId}`,
        ),
      onProgress: () => undefined,
    })
  }

  protected async finish(context: Context, operation: JournalOperation, defaultTarget: string | null): Promise<SavepointResult> {
    const what = operation.kind === 'stop' ? 'Stopping' : 'Savepoint'
    const result = await finishSavepoint({
      operation,
      defaultTarget,
      jobManager: await context.jobManager(),
      journal: context.journal,
      storage: await context.storage(),
      signal: this.signal,
      now: context.now,
      onProgress: (progress) => this.progress.update(savepointProgress(what, progress)),
      onNotice: (text) => this.notice(text),
    })
    const { references } = result
    this.progress.say(
      `Completed in ${duration(result.durationMs)}: ${bytes(result.sizeBytes)} in ${plural(references.count, 'file')}, all there`,
    )
    this.print(oneLine(result.path))
    if (operation.kind === 'stop' && this.streams.stderrTty)
      this.progress.say(`Resume with: flinkops resume <script.sql|job.jar> --from ${result.path}`)
    return result
  }
}
