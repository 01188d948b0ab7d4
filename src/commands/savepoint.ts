import { Flags } from '@oclif/core'
import { jobArg } from '../lib/cli/flags.js'
import { SavepointCommand } from '../lib/cli/savepoint-command.js'
import { usageError } from '../lib/errors.js'
import { journalledOperation } from '../lib/operations/journalled-operation.js'

export default class Savepoint extends SavepointCommand {
  static override description = 'Take a savepoint, wait for it, and check on storage that it is all there. Prints the path.'
  static override examples = [
    '<%= config.bin %> savepoint sales_pipeline',
    'P=$(<%= config.bin %> savepoint sales_pipeline --format native)',
    '<%= config.bin %> savepoint 91916f --target wasbs://flink@acct.blob.core.windows.net/savepoints/before-upgrade',
    '<%= config.bin %> savepoint --attach 7d3f0c2a9e8b41d6a5c4b3a291807f6e',
  ]
  static override args = { job: jobArg }
  static override flags = {
    ...SavepointCommand.takeFlags,
    target: Flags.string({ description: "directory to write to (default: the cluster's)", helpValue: '<uri>' }),
    detach: Flags.boolean({ default: false, description: 'print the trigger id and do not wait', exclusive: ['attach'] }),
    attach: Flags.string({ description: 'wait for an operation that was triggered before (savepoint or stop)', helpValue: '<trigger id>' }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Savepoint)
    const context = await this.connect(flags)
    if (flags.attach !== undefined) {
      const found = await journalledOperation({
        triggerId: flags.attach,
        job: args.job ?? null,
        journal: context.journal,
        jobManager: await context.jobManager(),
        signal: this.signal,
        now: context.now,
      })
      const defaultTarget = (await context.withCluster()).roots.savepoints.value[0] ?? null
      return this.finish(context, flags, { operation: found, defaultTarget, isAttached: true })
    }
    if (args.job === undefined)
      throw usageError('Of which job? Give a job id, a prefix of it, or a job name.', 'See what runs: flinkops list-jobs')
    const { operation, defaultTarget } = await this.trigger(context, flags, {
      kind: 'savepoint',
      job: args.job,
      target: flags.target,
      drain: false,
    })
    if (!flags.detach) return this.finish(context, flags, { operation, defaultTarget, isAttached: false })
    this.print(operation.triggerId)
    this.progress.say(`Wait for it with: flinkops savepoint --attach ${operation.triggerId}`)
    const { jobId, jobName, triggerId } = operation
    return { jobId, jobName, triggerId, path: null, verified: false }
  }
}
