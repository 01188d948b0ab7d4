import { jobArg } from '../lib/cli/flags.js'
import { SnapshotsCommand } from '../lib/cli/snapshots-command.js'

export default class ListCheckpoints extends SnapshotsCommand {
  static override description = 'List the checkpoints that lie in storage, newest first, and whether each is all there.'
  static override examples = [
    '<%= config.bin %> list-checkpoints',
    '<%= config.bin %> list-checkpoints sales_pipeline',
    '<%= config.bin %> list-checkpoints --limit 5 --json',
  ]
  static override args = { job: jobArg }
  static override flags = SnapshotsCommand.listFlags

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ListCheckpoints)
    return this.list('checkpoint', args.job ?? null, flags)
  }
}
