import { Args, Flags, type Interfaces } from '@oclif/core'
import { alone } from '../lib/cli/alone.js'
import { changeFlags } from '../lib/cli/flags.js'
import { allowedBy, requireAll, stopAllFlags } from '../lib/cli/maintenance-flags.js'
import { SavepointCommand } from '../lib/cli/savepoint-command.js'
import { runStopWindow } from '../lib/cli/stop-window.js'
import { wayBackOf } from '../lib/cli/way-back.js'
import { refusedError, usageError } from '../lib/errors.js'
import { resolveJob } from '../lib/operations/resolve-job.js'
import type { JobOverview } from '../lib/ports.js'

export default class Stop extends SavepointCommand {
  static override description =
    'Stop a job with a savepoint and check on storage that it is all there. Prints the path. With --all the whole cluster, with a manifest.'
  static override examples = [
    '<%= config.bin %> stop sales_pipeline',
    'P=$(<%= config.bin %> stop sales_pipeline --yes)',
    '<%= config.bin %> stop 91916f --savepoint-path wasbs://flink@acct.blob.core.windows.net/savepoints/sales_pipeline',
    '<%= config.bin %> stop --all --dry-run',
    "<%= config.bin %> stop --all --yes --except 'adhoc-*'",
  ]
  static override args = {
    job: Args.string({ description: 'job id, a unique prefix of at least 4, or a unique job name' }),
  }
  static override flags = {
    ...SavepointCommand.takeFlags,
    ...changeFlags,
    ...stopAllFlags,
    'savepoint-path': Flags.string({
      description: "directory to write to (default: the cluster's)",
      aliases: ['savepointPath'],
      helpValue: '<uri>',
    }),
    drain: Flags.boolean({
      default: false,
      description: 'fire all timers and end for good: resuming from a drained savepoint can give wrong results',
    }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Stop)
    if (flags.all) return this.#stopAll(args.job, flags)
    requireAll(flags, stopAllFlags)
    if (args.job === undefined)
      throw usageError('Which job? Give a job id, a prefix of it, or a job name; or --all.', 'See what runs: flinkops list-jobs')
    const context = await this.connect(flags)
    const job = resolveJob(args.job, await (await context.jobManager()).jobs(this.signal))
    if (flags['dry-run']) {
      this.progress.say(`Would stop ${job.name} (${job.jobId}, ${job.state}) with a ${flags.format} savepoint.`)
      return { jobId: job.jobId, jobName: job.name, state: job.state, outcome: 'planned' }
    }
    if (!flags.yes) await this.#ask(job, flags)
    const asked = { kind: 'stop', job: job.jobId, target: flags['savepoint-path'], drain: flags.drain } as const
    const savepoints = async () => (await context.withCluster()).roots.savepoints.value[0] ?? null
    return alone({ context, screen: this.screen(flags), isDryRun: false, command: 'stop', savepoints }, async () =>
      this.finish(context, flags, { ...(await this.trigger(context, flags, asked)), isAttached: false }),
    )
  }

  async #ask({ name, jobId }: JobOverview, flags: StopFlags): Promise<void> {
    const answer = await this.confirm(`Stop ${name} (${jobId.slice(0, 8)}) with a savepoint? [y/N] `, ['y', 'yes'], flags)
    const why = answer === null ? ': there is nobody to ask' : ''
    if (answer !== true) throw refusedError('DECLINED', `Nothing was stopped${why}.`, 'Confirm with --yes.')
  }

  async #stopAll(job: string | undefined, flags: StopFlags): Promise<object> {
    if (job !== undefined) throw usageError(`stop ${job} --all: either one job or all.`, `Some of them: stop --all --job '${job}'`)
    const context = await this.connect(flags)
    return runStopWindow({
      context,
      screen: this.screen(flags),
      wayBack: wayBackOf({ context, onNotice: (text) => this.notice(text) }),
      options: {
        only: flags.job ?? [],
        except: flags.except ?? [],
        parallel: flags.parallel ?? 2,
        drain: flags.drain,
        format: flags.format === 'native' ? 'NATIVE' : 'CANONICAL',
        target: flags['savepoint-path'] ?? null,
        allowForeignTarget: flags['allow-foreign-target'],
        allowed: allowedBy(flags),
        isNewWindow: flags['new-window'] ?? false,
        isDryRun: flags['dry-run'],
        isConfirmed: flags.yes,
      },
    })
  }
}

type StopFlags = Interfaces.InferredFlags<typeof Stop.baseFlags & typeof Stop.flags>
