import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { clearLeftovers } from '../lib/cli/drill-leftovers.js'
import { drillProgram } from '../lib/cli/drill-run.js'
import { durationFlag } from '../lib/cli/flags.js'
import { readPrograms } from '../lib/cli/program.js'
import { restorePointsOf } from '../lib/cli/restore-point.js'
import { resumeFlags } from '../lib/cli/resume-flags.js'
import { type RunVoice, SILENT } from '../lib/cli/run-each.js'
import { EXIT, usageError } from '../lib/errors.js'
import type { DrillResult } from '../lib/operations/drill-job.js'
import { drillText, drillWarnings } from '../lib/views/drill.js'
import { restoreProgress } from '../lib/views/wait.js'

export default class Drill extends BaseCommand {
  static override description =
    'Restore test: start a SQL job from a snapshot with every sink replaced by a blackhole, prove it, and take it away again. Exit 0 when proven, 11 when found wanting.'
  static override examples = [
    '<%= config.bin %> drill sales_pipeline --from latest',
    '<%= config.bin %> drill sales_pipeline.sql --from wasbs://flink@acct.blob.core.windows.net/savepoints/savepoint-91916f-2325bb7354fc',
    '<%= config.bin %> drill shop.sql --from orders=latest --from customers=latest --json',
  ]
  static override args = {
    program: Args.string({ description: '.sql script, a name under jobs:, or the name of a job started before', required: true }),
  }
  static override flags = {
    'dry-run': Flags.boolean({ default: false, char: 'n', description: 'check snapshot and script, start nothing' }),
    from: resumeFlags.from,
    define: resumeFlags.define,
    'define-file': resumeFlags['define-file'],
    'job-name': resumeFlags['job-name'],
    'sql-gateway': resumeFlags['sql-gateway'],
    'records-within': durationFlag({ description: 'how long the sources may be silent (1m)' }),
    'allow-source': Flags.string({
      description: 'read from sources of this connector beside the job, although it may suffer',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: '<connector>',
    }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Drill)
    if (flags.from === undefined) throw usageError(`drill takes where from: flinkops drill ${args.program} --from <path|latest>.`)
    const context = await this.connect(flags, { sqlGateway: flags['sql-gateway'] })
    const programs = await readPrograms({ text: args.program, context, flags, onNotice: (text) => this.notice(text) })
    const jobs = restorePointsOf(programs, flags.from, args.program)
    const common = { recordsWithinMs: flags['records-within'] ?? 60_000, allowSources: flags['allow-source'] ?? [], context }
    if (!flags['dry-run']) await clearLeftovers(context, this.#voice(''))
    // Of several jobs each is checked first, so that nothing is started when one of them cannot be drilled.
    if (jobs.length > 1) for (const job of jobs) await drillProgram({ ...job, ...common, ...SILENT, dryRun: true })
    const results: DrillResult[] = []
    for (const job of jobs) {
      const result = await drillProgram({ ...job, ...common, ...this.#voice(job.program.title), dryRun: flags['dry-run'] })
      results.push(result)
      this.#conclude(result)
    }
    const [only] = results
    return results.length === 1 && only !== undefined ? only : { drills: results }
  }

  #conclude(result: DrillResult): void {
    this.progress.done()
    this.print(drillText(result, this.streams.columns))
    for (const warning of drillWarnings(result)) this.notice(warning)
    const isLeft = result.cleared !== null && result.cleared.problem !== null
    if (result.verdict !== 'planned' && !result.verified) process.exitCode = EXIT.foundWanting
    else if (isLeft) process.exitCode ??= EXIT.partly
  }

  #voice(title: string): RunVoice {
    return {
      onNotice: (text) => this.notice(text),
      onSay: (text) => this.progress.say(text),
      onProgress: (progress) => this.progress.update(restoreProgress(`drill of ${title}`, progress)),
    }
  }
}
