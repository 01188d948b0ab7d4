import { Args, Flags } from '@oclif/core'
import { changeFlags } from '../lib/cli/flags.js'
import { SavepointCommand } from '../lib/cli/savepoint-command.js'
import { refusedError } from '../lib/errors.js'
import { resolveJob } from '../lib/operations/resolve-job.js'

export default class Stop extends SavepointCommand {
  static override description = 'Stop a job with a savepoint and check on storage that it is all there. Prints the path.'
  static override examples = [
    '<%= config.bin %> stop sales_pipeline',
    'P=$(<%= config.bin %> stop sales_pipeline --yes)',
    '<%= config.bin %> stop 91916f --savepoint-path wasbs://flink@acct.blob.core.windows.net/savepoints/sales_pipeline',
  ]
  static override args = {
    job: Args.string({ description: 'job id, a unique prefix of at least 4, or a unique job name', required: true }),
  }
  static override flags = {
    ...SavepointCommand.takeFlags,
    ...changeFlags,
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
    const context = await this.connect(flags)
    const job = resolveJob(args.job, await (await context.jobManager()).jobs(this.signal))
    if (flags['dry-run']) {
      this.progress.say(`Would stop ${job.name} (${job.jobId}, ${job.state}) with a ${flags.format} savepoint.`)
      return { jobId: job.jobId, jobName: job.name, state: job.state, outcome: 'planned' }
    }
    const answer = flags.yes
      ? true
      : await this.confirm(`Stop ${job.name} (${job.jobId.slice(0, 8)}) with a savepoint? [y/N] `, ['y', 'yes'], flags)
    if (answer === false) throw refusedError('DECLINED', 'Nothing was stopped.')
    const { operation, defaultTarget } = await this.trigger(context, flags, {
      kind: 'stop',
      job: job.jobId,
      target: flags['savepoint-path'],
      drain: flags.drain,
    })
    return this.finish(context, operation, defaultTarget)
  }
}
