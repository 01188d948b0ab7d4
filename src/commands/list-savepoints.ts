import { jobArg } from '../lib/cli/flags.js'
import { SnapshotsCommand } from '../lib/cli/snapshots-command.js'

export default class ListSavepoints extends SnapshotsCommand {
  static override description = 'List the savepoints that lie in storage, newest first, and whether each is all there.'
  static override examples = [
    '<%= config.bin %> list-savepoints',
    '<%= config.bin %> list-savepoints sales_pipeline',
    '<%= config.bin %> list-savepoints --limit 5 --json',
  ]
  static override args = { job: jobArg }
  static override flags = SnapshotsCommand.listFlags

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ListSavepoints)
    return this.list('savepoint', args.job ?? null, flags)
  }
}
