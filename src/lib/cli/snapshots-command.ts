import type { Interfaces } from '@oclif/core'
import { listSnapshots } from '../operations/list-snapshots.js'
import { openScope } from '../scope.js'
import { plural } from '../views/format.js'
import { snapshotsJson, snapshotsTable } from '../views/snapshots.js'
import { BaseCommand } from './base-command.js'
import { type baseFlags, countFlag } from './flags.js'

const listFlags = {
  limit: countFlag({ description: 'show the newest so many' }),
}

/** What `list-checkpoints` and `list-savepoints` have in common: all but the kind. */
export abstract class SnapshotsCommand extends BaseCommand {
  static readonly listFlags = listFlags

  protected async list(
    kind: 'checkpoint' | 'savepoint',
    job: string | null,
    flags: Interfaces.InferredFlags<typeof baseFlags & typeof listFlags>,
  ): Promise<object> {
    const context = await this.connect(flags)
    const { config, silence, readers, cluster, stateRoots, spell } = await openScope(context)
    const { snapshots, silent } = await listSnapshots({
      readers,
      cluster,
      stateRoots,
      spell,
      journal: context.journal,
      kind,
      job,
      exclusive: config.exclusive.value,
      silence,
      pins: config.pins.value,
      now: context.now,
      signal: this.signal,
      onBlobs: (blobs) => this.progress.update(`Listing storage: ${plural(blobs, 'blob')}`),
    })
    this.progress.done()
    for (const problem of silent) this.notice(`${problem.replace(/\.$/, '')}. What is live is not known.`)
    const shown = snapshots.slice(0, flags.limit ?? snapshots.length)
    this.renderTable(snapshotsTable(shown, `${kind}s`))
    if (shown.length < snapshots.length) this.progress.say(`Showing ${shown.length} of ${snapshots.length}.`)
    return snapshotsJson(shown, shown.length < snapshots.length)
  }
}
