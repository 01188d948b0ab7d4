import { Flags } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { jobArg } from '../lib/cli/flags.js'
import { readPrices } from '../lib/config/prices.js'
import { measureUsage } from '../lib/operations/measure-usage.js'
import { openScope } from '../lib/scope.js'
import { plural } from '../lib/views/format.js'
import { usageJson, usageTable, usageWords } from '../lib/views/usage.js'
import { usageMetrics } from '../lib/views/usage-metrics.js'

export default class Usage extends BaseCommand {
  static override description =
    'What lies in storage by job, each file once: exclusive, shared, orphaned; what it costs a month, and how it grows.'
  static override examples = [
    '<%= config.bin %> usage',
    '<%= config.bin %> usage sales_pipeline --json',
    '<%= config.bin %> usage -o prometheus > flinkops.prom.tmp && mv flinkops.prom.tmp /var/lib/node_exporter/flinkops.prom',
  ]
  static override args = { job: jobArg }
  static override flags = {
    output: Flags.option({
      char: 'o',
      description: "table for a person, tsv for a pipe, id for xargs, json, prometheus for node exporter's textfile collector",
      options: ['table', 'tsv', 'id', 'json', 'prometheus'] as const,
      helpGroup: 'GLOBAL',
    })(),
    prices: Flags.string({ description: 'price table (default: flinkops-prices.yaml beside flinkops.yaml)', helpValue: '<file>' }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Usage)
    const { output } = flags
    // The base class does not know of this format, and the types of both flags meet in what both allow.
    const wantsMetrics = String(output) === 'prometheus'
    const context = await this.connect({ ...flags, output: wantsMetrics ? undefined : output })
    const prices = await readPrices({ flag: flags.prices, config: flags.config, env: process.env, cwd: process.cwd() })
    const { config, silence, readers, cluster } = await openScope(context)
    const usage = await measureUsage({
      readers,
      cluster,
      journal: context.journal,
      history: context.usageHistory,
      deleted: await context.storage(),
      job: args.job ?? null,
      exclusive: config.exclusive.value,
      silence,
      prices,
      now: context.now,
      signal: this.signal,
      onBlobs: (blobs) => this.progress.update(`Listing storage: ${plural(blobs, 'blob')}`),
    })
    this.progress.done()
    for (const notice of usage.notices) this.notice(notice)
    if (wantsMetrics) this.print(usageMetrics(usage).trimEnd())
    else {
      this.renderTable(usageTable(usage))
      const isForPerson = output === undefined ? this.streams.stdoutTty : output === 'table'
      if (isForPerson) this.print(`\n${usageWords(usage, this.streams.columns)}`)
    }
    return usageJson(usage)
  }
}
