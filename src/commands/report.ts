import { Flags } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { policyOf } from '../lib/cli/cleanup-flags.js'
import { windowsOf } from '../lib/cli/cleanup-windows.js'
import { openPageFile } from '../lib/cli/page-file.js'
import { pointersOf } from '../lib/cli/pointers.js'
import { readPrices } from '../lib/config/prices.js'
import { type Examination, examineInput, openExamination } from '../lib/examination.js'
import { type Report as Compiled, compileReport } from '../lib/operations/compile-report.js'
import { confirmedBefore } from '../lib/operations/confirmed-before.js'
import { pageOf } from '../lib/report/page.js'
import { loadPlot } from '../lib/report/plot.js'
import { openScope, type Scope } from '../lib/scope.js'
import type { PriceTable } from '../lib/usage/prices.js'
import { plural } from '../lib/views/format.js'

export default class Report extends BaseCommand {
  static override description =
    'Write one self-contained page: can every job be brought back, state over time, checkpoints, what clean-up did and holds, findings. Deletes nothing; tries storage rights as doctor does, and remembers the look as usage does.'
  static override examples = [
    '<%= config.bin %> report --html monday.html',
    '<%= config.bin %> report --html /var/www/html/flink.html --quiet',
  ]
  static override flags = {
    html: Flags.string({ description: 'file to write; one that is there is replaced', helpValue: '<file>', required: true }),
    prices: Flags.string({ description: 'price table (default: flinkops-prices.yaml beside flinkops.yaml)', helpValue: '<file>' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Report)
    this.adopt(flags)
    const { config, context, jobmanager } = flags
    const file = await openPageFile(flags.html, process.cwd())
    const prices = await readPrices({ flag: flags.prices, config, env: process.env, cwd: process.cwd() })
    const examination = await openExamination({
      flags: { config, context, jobmanager },
      ...this.surroundings(),
    })
    const scope = await openScope(examination.context, [], true)
    const report = await this.#compile(examination, scope, prices)
    this.progress.update('Writing')
    const contextName = scope.config.contextName.value
    const page = pageOf({ report, contextName, version: this.config.version, spell: scope.spell, plot: await loadPlot() })
    const sizeBytes = await file.write(page)
    this.progress.done()
    for (const notice of report.usage.notices) this.notice(notice)
    this.print(file.path)
    return { path: file.path, sizeBytes }
  }

  async #compile(examination: Examination, scope: Scope, prices: PriceTable): Promise<Compiled> {
    const { context } = examination
    const { config, silence, readers, cluster, roots, rootPaths } = scope
    const storage = await context.storage()
    const { runs, journal, usageHistory, now } = context
    return compileReport({
      readers,
      cluster,
      journal,
      history: usageHistory,
      deleted: storage,
      exclusive: config.exclusive.value,
      silence,
      prices,
      runs,
      cleanup: {
        roots,
        stateRoots: scope.stateRoots,
        policy: policyOf(config, {}, rootPaths),
        graceMs: config.retention.graceMs.value,
        maxShare: 0.3,
        windows: windowsOf(context, scope),
        pointers: pointersOf(context, scope),
        confirmed: () => confirmedBefore({ readers, runs, recorder: storage, signal: this.signal }),
        withoutSoftDelete: false,
      },
      examine: await examineInput(examination),
      spell: scope.spell,
      now,
      signal: this.signal,
      onBlobs: (blobs) => this.progress.update(`Listing storage: ${plural(blobs, 'blob')}`),
    })
  }
}
