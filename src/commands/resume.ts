import { Args, type Interfaces } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { changeFlags } from '../lib/cli/flags.js'
import { requireAll, resumeAllFlags } from '../lib/cli/maintenance-flags.js'
import { isNamed, readPrograms } from '../lib/cli/program.js'
import { restorePointsOf } from '../lib/cli/restore-point.js'
import { resumeAllJobs, valuesForAll } from '../lib/cli/resume-all.js'
import { resumeFlags } from '../lib/cli/resume-flags.js'
import { resumeProgram } from '../lib/cli/resume-run.js'
import { type RunVoice, runEach, SILENT } from '../lib/cli/run-each.js'
import { usageError } from '../lib/errors.js'
import { restoreProgress, resumedLine } from '../lib/views/wait.js'

const CLAIM_MODES = { no_claim: 'NO_CLAIM', claim: 'CLAIM', legacy: 'LEGACY' } as const

export default class Resume extends BaseCommand {
  static override description = 'Start a SQL script or a jar from a snapshot and prove that it was restored. Prints the job id.'
  static override examples = [
    '<%= config.bin %> resume sales_pipeline --from latest',
    '<%= config.bin %> resume sales_pipeline.sql --from wasbs://flink@acct.blob.core.windows.net/savepoints/savepoint-91916f-2325bb7354fc',
    '<%= config.bin %> resume sales_pipeline --from before=2026-11-22T12:00:00Z',
    '<%= config.bin %> resume shop.sql --from orders=latest --from customers=savepoints/savepoint-91916f-2325bb7354fc',
    '<%= config.bin %> resume --all',
    '<%= config.bin %> resume --all --from latest',
    '<%= config.bin %> resume enrich.jar --entry-class com.acme.Enrich --arg=--env --arg=prod --from savepoints/savepoint-91916f-2325bb7354fc',
  ]
  static override args = {
    program: Args.string({ description: '.sql script, .jar, a name under jobs:, or the name of a job started before' }),
  }
  static override flags = {
    ...changeFlags,
    ...resumeFlags,
    ...resumeAllFlags,
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Resume)
    if (flags.all) return this.#resumeAll(args.program, flags)
    requireAll(flags, resumeAllFlags)
    if (args.program === undefined || flags.from === undefined)
      throw usageError(
        'resume takes what to start and where from: flinkops resume <script.sql|job.jar|name> --from <path|latest>.',
        'Or all that was stopped: flinkops resume --all',
      )
    const context = await this.connect(flags, { sqlGateway: flags['sql-gateway'] })
    const text = args.program
    const programs = await readPrograms({ text, context, flags, onNotice: (text) => this.notice(text) })
    const jobs = restorePointsOf(programs, flags.from, text)
    const results = await runEach(jobs, async ({ program, point }, isRehearsal) => {
      const result = await resumeProgram({
        program,
        point,
        claimMode: CLAIM_MODES[flags['claim-mode']],
        allowNonRestoredState: flags['allow-non-restored-state'],
        allowClaimNative: flags['allow-claim-native'],
        isNamed: isNamed(text, context),
        allowSecond: flags['allow-second'],
        ofRun: flags['job-id'] ?? null,
        waitFor: flags.wait,
        dryRun: flags['dry-run'] || isRehearsal,
        context,
        ...(isRehearsal ? SILENT : this.#voice(program.title)),
      })
      if (isRehearsal) return result
      this.progress.say(resumedLine(result, program.title))
      if (result.jobId !== null) this.print(result.jobId)
      return result
    })
    const [only] = results
    return results.length === 1 && only !== undefined ? only : { jobs: results }
  }

  async #resumeAll(program: string | undefined, flags: ResumeFlags): Promise<object> {
    if (program !== undefined) throw usageError(`resume ${program} --all: either one or all.`, `Some: resume --all --job '${program}'`)
    const isLatest = flags.from?.join() === 'latest'
    if (flags.from !== undefined && !isLatest)
      throw usageError('With --all, --from takes latest only: each job of a window has its own path.')
    const context = await this.connect(flags, { sqlGateway: flags['sql-gateway'] })
    const options = {
      flags: valuesForAll(flags),
      only: flags.job ?? [],
      except: flags.except ?? [],
      manifest: flags.manifest ?? null,
      isLatest,
      claimMode: CLAIM_MODES[flags['claim-mode']],
      allowNonRestoredState: flags['allow-non-restored-state'],
      allowClaimNative: flags['allow-claim-native'],
      waitFor: flags.wait,
      isDryRun: flags['dry-run'],
      isConfirmed: flags.yes,
    }
    return resumeAllJobs(options, context, this.screen(flags))
  }

  #voice(title: string): RunVoice {
    return {
      onNotice: (text) => this.notice(text),
      onSay: (text) => this.progress.say(text),
      onProgress: (progress) => this.progress.update(restoreProgress(title, progress)),
    }
  }
}

type ResumeFlags = Interfaces.InferredFlags<typeof Resume.baseFlags & typeof Resume.flags>
