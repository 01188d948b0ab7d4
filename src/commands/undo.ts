import { Args } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { changeFlags } from '../lib/cli/flags.js'
import { EXIT, refusedError } from '../lib/errors.js'
import { gatherJobs } from '../lib/operations/gather-jobs.js'
import { loadRun } from '../lib/operations/load-run.js'
import { undoRun } from '../lib/operations/undo-run.js'
import { openScope } from '../lib/scope.js'
import { plural } from '../lib/views/format.js'
import { isPartial, undoJson, undoText } from '../lib/views/undo.js'

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
    const { record, untouched } = await loadRun({
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
      untouched,
      looks: async () => ({
        readers: scope.readers,
        gathered: await gatherJobs({ ...scope.cluster, history: null, journal: context.journal, signal: this.signal }),
      }),
      storage,
      signal: this.signal,
      onRestored: (blobs) => this.progress.update(`Bringing back: ${blobs} of ${plural(count, 'blob')}`),
    })
    this.progress.done()
    this.print(undoText(result))
    process.exitCode = isPartial(result) ? EXIT.partly : EXIT.done
    return undoJson(record.runId, result, scope.spell)
  }
}
