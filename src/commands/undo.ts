import { Args } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { changeFlags } from '../lib/cli/flags.js'
import { EXIT, refusedError } from '../lib/errors.js'
import { loadRun } from '../lib/operations/load-run.js'
import { undoRun } from '../lib/operations/undo-run.js'
import { openScope } from '../lib/scope.js'
import { plural } from '../lib/views/format.js'
import { undoJson, undoText } from '../lib/views/undo.js'

export default class Undo extends BaseCommand {
  static override description =
    'Bring back what a clean-up run deleted, where soft delete or versioning allows; say plainly what cannot come back.'
  static override examples = ['<%= config.bin %> undo 20261122T180000-1a2b3c --yes']
  static override args = { run: Args.string({ description: 'run id, as clean-up printed it', required: true }) }
  static override flags = changeFlags

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Undo)
    const context = await this.connect(flags)
    const scope = await openScope(context)
    const storage = await context.storage()
    const { record } = await loadRun({
      runId: args.run,
      runs: context.runs,
      recorder: storage,
      containers: scope.readers,
      signal: this.signal,
    })
    const count = record.waves.flat().length
    this.print(`Run ${record.runId} of ${record.createdAt} planned to delete ${plural(count, 'blob')}.`)
    if (flags['dry-run']) return undoJson(record.runId, null, scope.spell)
    const answer = flags.yes ? true : await this.confirm(`Bring them back? [y/N] `, ['y', 'yes'], flags)
    if (answer !== true) throw refusedError('DECLINED', 'Nothing was brought back.', 'Confirm with --yes.')
    const result = await undoRun({
      record,
      storage,
      signal: this.signal,
      onRestored: (blobs) => this.progress.update(`Bringing back: ${blobs} of ${plural(count, 'blob')}`),
    })
    this.progress.done()
    this.print(undoText(result))
    process.exitCode = result.lost.length + result.failed.length > 0 ? EXIT.partly : EXIT.done
    return undoJson(record.runId, result, scope.spell)
  }
}
