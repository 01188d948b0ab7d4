import { Args, type Interfaces } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { changeFlags } from '../lib/cli/flags.js'
import { sayMeantStart } from '../lib/cli/meant-start.js'
import { readPrograms } from '../lib/cli/program.js'
import { startFlags } from '../lib/cli/resume-flags.js'
import { type RunVoice, runEach, SILENT } from '../lib/cli/run-each.js'
import { startProgram } from '../lib/cli/start-run.js'
import { usageError } from '../lib/errors.js'
import { restoreProgress, startedLine } from '../lib/views/wait.js'

export default class Start extends BaseCommand {
  static override description =
    'Start a SQL script or a jar with empty state; refused while a restore point of the job exists. Prints the job id.'
  static override examples = [
    '<%= config.bin %> start sales_pipeline.sql',
    '<%= config.bin %> start sales_pipeline --fresh',
    '<%= config.bin %> start --fresh --meant 91916f8e2b7d4c0aa1f35d9b6e20c7f4',
    '<%= config.bin %> start sales_pipeline.sql --define DB_HOST=db1',
    '<%= config.bin %> start enrich.jar --job-name enrich --entry-class com.acme.Enrich --arg=--env --arg=prod',
  ]
  static override args = {
    program: Args.string({ description: '.sql script, .jar, a name under jobs:, or the name of a job started before' }),
  }
  static override flags = {
    ...changeFlags,
    ...startFlags,
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Start)
    if (flags.meant !== undefined) return this.#sayMeant(args.program, flags.meant, flags)
    if (args.program === undefined)
      throw usageError('start takes what to start: flinkops start <script.sql|job.jar|name>.', 'flinkops start --help shows examples.')
    const context = await this.connect(flags, { sqlGateway: flags['sql-gateway'] })
    const programs = await readPrograms({ text: args.program, context, flags, onNotice: (text) => this.notice(text) })
    const jobs = programs.map((program) => ({ program }))
    const results = await runEach(jobs, async ({ program }, isRehearsal) => {
      const result = await startProgram({
        program,
        fresh: flags.fresh,
        allowSecond: flags['allow-second'],
        waitFor: flags.wait,
        dryRun: flags['dry-run'] || isRehearsal,
        context,
        ...(isRehearsal ? SILENT : this.#voice(program.title)),
      })
      if (isRehearsal) return result
      this.progress.say(startedLine(result, program.title))
      if (result.jobId !== null) this.print(result.jobId)
      return result
    })
    const [only] = results
    return results.length === 1 && only !== undefined ? only : { jobs: results }
  }

  async #sayMeant(program: string | undefined, meant: string, flags: StartFlags): Promise<object> {
    if (program !== undefined) throw usageError(`start ${program} --meant: --meant starts nothing, so leave ${program} out.`)
    const said = await sayMeantStart(meant, await this.connect(flags), flags['dry-run'])
    this.progress.say(
      said.recorded ? `${said.jobName} was to begin empty: written down` : `${said.jobName} was to begin empty: not written down`,
    )
    return said
  }

  #voice(title: string): RunVoice {
    return {
      onNotice: (text) => this.notice(text),
      onSay: (text) => this.progress.say(text),
      onProgress: (progress) => this.progress.update(restoreProgress(title, progress)),
    }
  }
}

type StartFlags = Interfaces.InferredFlags<typeof Start.baseFlags & typeof Start.flags>
