import { Args } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { changeFlags } from '../lib/cli/flags.js'
import { readProgram } from '../lib/cli/program.js'
import { resumeFlags } from '../lib/cli/resume-flags.js'
import type { Context } from '../lib/context.js'
import { locateNamed } from '../lib/operations/locate-named.js'
import { type Program, resumeJob } from '../lib/operations/resume-job.js'
import { openScope, stateRoots } from '../lib/scope.js'
import { restoreProgress } from '../lib/views/wait.js'

const CLAIM_MODES = { no_claim: 'NO_CLAIM', claim: 'CLAIM', legacy: 'LEGACY' } as const

export default class Resume extends BaseCommand {
  static override description = 'Start a SQL script or a jar from a snapshot and prove that it was restored. Prints the job id.'
  static override examples = [
    '<%= config.bin %> resume sales_pipeline.sql --from wasbs://flink@acct.blob.core.windows.net/savepoints/savepoint-91916f-2325bb7354fc',
    '<%= config.bin %> resume enrich.jar --entry-class com.acme.Enrich --arg=--env --arg=prod --from savepoints/savepoint-91916f-2325bb7354fc',
    '<%= config.bin %> resume sales_pipeline --from "$P"',
  ]
  static override args = {
    program: Args.string({ description: '.sql script, .jar, or a name under jobs: of the context', required: true }),
  }
  static override flags = {
    ...changeFlags,
    ...resumeFlags,
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Resume)
    const context = await this.connect(flags, { sqlGateway: flags['sql-gateway'] })
    const config = await context.withCluster()
    const program = await readProgram(args.program, config, flags)
    if (flags['claim-mode'] === 'claim')
      this.notice('CLAIM hands the snapshot to the new job: Flink deletes it when it is not needed any more.')
    const from = flags.from === 'latest' ? await this.#latest(program, args.program, context) : flags.from
    const result = await resumeJob({
      program,
      from,
      claimMode: CLAIM_MODES[flags['claim-mode']],
      allowNonRestoredState: flags['allow-non-restored-state'],
      allowClaimNative: flags['allow-claim-native'],
      waitFor: flags.wait,
      dryRun: flags['dry-run'],
      roots: stateRoots(config),
      jobManager: await context.jobManager(),
      sqlGateway: context.sqlGateway,
      journal: context.journal,
      storage: await context.storage(),
      signal: this.signal,
      now: context.now,
      onStarted: (jobId) => this.progress.say(`Started job ${jobId} from ${from}`),
      onProgress: (progress) => this.progress.update(restoreProgress(args.program, progress)),
    })
    this.progress.say(
      result.jobId === null
        ? `Would start ${args.program} from ${result.restoredFrom}: it is complete.`
        : `Restored ${result.jobName} from ${result.restoredFrom}: proven`,
    )
    if (result.jobId !== null) this.print(result.jobId)
    return result
  }

  /** The newest complete snapshot of the job, whichever of its runs wrote it. */
  async #latest(program: Program, text: string, context: Context): Promise<string> {
    const job = program.kind === 'script' ? (program.name ?? text) : text
    const { path } = await locateNamed({ text: 'latest', job, scope: await openScope(context), context })
    this.progress.say(`The newest complete snapshot of ${job} is ${path}`)
    return path
  }
}
