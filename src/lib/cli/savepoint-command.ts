import { Flags, type Interfaces } from '@oclif/core'
import type { Context } from '../context.js'
import { describeKind } from '../operations/await-operation.js'
import { finishSavepoint, type SavepointResult, startSavepoint } from '../operations/take-savepoint.js'
import type { JournalOperation } from '../ports.js'
import { stateRoots } from '../scope.js'
import { bytes, duration, plural } from '../views/format.js'
import { savepointProgress } from '../views/wait.js'
import { oneLine } from '../visible.js'
import { BaseCommand } from './base-command.js'
import { type baseFlags, formatFlag } from './flags.js'
import { SILENCE_MS, troubleWords } from './window.js'

const takeFlags = {
  format: formatFlag(),
  'allow-foreign-target': Flags.boolean({
    default: false,
    description: "write to an account that is none of the roots' (the cluster must be able to reach it)",
  }),
}

type TakeFlags = Interfaces.InferredFlags<typeof baseFlags & typeof takeFlags>

/** An operation that is waited for. */
interface Waited {
  operation: JournalOperation
  defaultTarget: string | null
  /** It was asked for by an earlier command. */
  isAttached: boolean
}

/** A leader is elected anew in less. */
const GONE_MS = 60_000
/** Whoever attaches has waited already. */
const ATTACHED_GONE_MS = 4000

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
    })
  }

  protected async finish(
    context: Context,
    { timeout }: TakeFlags,
    { operation, defaultTarget, isAttached }: Waited,
  ): Promise<SavepointResult> {
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
      onTrouble: (problem) => this.progress.say(troubleWords(`the ${describeKind(operation)}`, problem)),
      onNotice: (text) => this.notice(text),
      endurance: {
        longestMs: timeout === undefined ? SILENCE_MS : Number.POSITIVE_INFINITY,
        goneMs: isAttached ? ATTACHED_GONE_MS : GONE_MS,
        isAttached,
      },
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
