import { readFile } from 'node:fs/promises'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { isLocalFile } from '../lib/cli/local-file.js'
import { inspectFile, inspectVerified } from '../lib/operations/inspect-snapshot.js'
import { locateNamed } from '../lib/operations/locate-named.js'
import { verifyOnce } from '../lib/operations/verify-snapshot.js'
import { openScope } from '../lib/scope.js'
import { inspectionSummary, operatorsTable, referencesTable } from '../lib/views/inspection.js'

export default class Inspect extends BaseCommand {
  static override description = "Show what a snapshot's _metadata holds: operators, files, sizes, and whether each file is there."
  static override examples = [
    '<%= config.bin %> inspect wasbs://flink@acct.blob.core.windows.net/savepoints/savepoint-91916f-2325bb7354fc',
    '<%= config.bin %> inspect sales/chk-12 --files',
    '<%= config.bin %> inspect latest --job sales_pipeline --json',
    '<%= config.bin %> inspect ./_metadata',
  ]
  static override args = { snapshot: Args.string({ description: 'URI, path below a root, latest, or a local file', required: true }) }
  static override flags = {
    job: Flags.string({ description: 'with latest: the job' }),
    files: Flags.boolean({ default: false, description: 'list the files, one line for each use' }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Inspect)
    this.adopt(flags)
    const inspection = (await isLocalFile(args.snapshot))
      ? inspectFile(args.snapshot, await readFile(args.snapshot))
      : await this.#inspectStored(args.snapshot, flags)
    for (const warning of inspection.warnings) this.notice(warning)
    if (this.streams.stdoutTty && flags.output === undefined) this.print(`${inspectionSummary(inspection, this.streams.columns)}\n`)
    this.renderTable(flags.files || !this.streams.stdoutTty ? referencesTable(inspection) : operatorsTable(inspection))
    return inspection
  }

  async #inspectStored(text: string, flags: Parameters<Inspect['connect']>[0] & { job?: string | undefined }) {
    const context = await this.connect(flags)
    const scope = await openScope(context)
    const storage = await context.storage()
    const { location, path } = await locateNamed({ text, job: flags.job ?? null, scope, context })
    return inspectVerified(path, await verifyOnce({ storage, location, signal: this.signal }))
  }
}
