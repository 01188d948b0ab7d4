import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { emptyStartOf } from '../lib/cli/empty-starts.js'
import { EXIT, usageError } from '../lib/errors.js'
import { locateNamed } from '../lib/operations/locate-named.js'
import { resolveJob } from '../lib/operations/resolve-job.js'
import { verifyJob } from '../lib/operations/verify-job.js'
import { verifyLocated } from '../lib/operations/verify-restorable.js'
import { openScope } from '../lib/scope.js'
import { bytes, duration } from '../lib/views/format.js'
import { jobVerdictJson, jobVerdictText, snapshotVerdictJson, snapshotVerdictText } from '../lib/views/verdict.js'

export default class Verify extends BaseCommand {
  static override description =
    'Prove that a snapshot can be restored from, or that a job checkpoints: exit 0 with the proof, 11 with what is wrong, 8 when it is too early to tell.'
  static override examples = [
    '<%= config.bin %> verify wasbs://flink@acct.blob.core.windows.net/savepoints/savepoint-91916f-2325bb7354fc',
    '<%= config.bin %> verify latest --job sales_pipeline --deep',
    '<%= config.bin %> verify sales_pipeline --timeout 10m',
  ]
  static override args = {
    subject: Args.string({
      description: 'snapshot (URI, path below a root, latest) or job (id, unique prefix of at least 4, unique name)',
      required: true,
    }),
  }
  static override flags = {
    deep: Flags.boolean({ default: false, description: 'read every file of the snapshot, and look into RocksDB tables' }),
    job: Flags.string({ description: 'with latest: the job', helpValue: '<job>' }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Verify)
    const isSnapshot = looksLikeSnapshot(args.subject)
    if (!isSnapshot && (flags.deep || flags.job !== undefined))
      throw usageError(
        `--deep and --job go with a snapshot, and ${args.subject} would be a job.`,
        'Name the snapshot: latest, a path or a URI.',
      )
    return isSnapshot ? this.#verifySnapshot(args.subject, flags) : this.#verifyJob(args.subject, flags)
  }

  async #verifySnapshot(text: string, flags: VerifyFlags): Promise<object> {
    const context = await this.connect(flags)
    const scope = await openScope(context)
    const verdict = await verifyLocated(() => locateNamed({ text, job: flags.job ?? null, scope, context }), {
      storage: await context.storage(),
      deep: flags.deep ?? false,
      signal: this.signal,
      onBytes: (count) => this.progress.update(`Reading: ${bytes(count)}`),
    })
    this.#conclude(snapshotVerdictText(verdict, this.streams.columns), verdict.findings)
    return snapshotVerdictJson(verdict)
  }

  async #verifyJob(text: string, flags: VerifyFlags): Promise<object> {
    const context = await this.connect(flags)
    const jobManager = await context.jobManager()
    const verdict = await verifyJob({
      job: resolveJob(text, await jobManager.jobs(this.signal)),
      jobManager,
      storage: await context.storage(),
      signal: this.signal,
      now: context.now,
      onProgress: ({ state, completed, elapsedMs }) =>
        this.progress.update(`${state}: ${completed} of 2 checkpoints completed (${duration(elapsedMs)})`),
    })
    verdict.findings.push(...(await emptyStartOf(verdict.jobId, context, (text) => this.notice(text))))
    this.#conclude(jobVerdictText(verdict, this.streams.columns), verdict.findings)
    return jobVerdictJson(verdict)
  }

  #conclude(text: string, findings: string[]): void {
    this.progress.done()
    this.print(text)
    if (findings.length > 0) process.exitCode = EXIT.foundWanting
  }
}

type VerifyFlags = Parameters<Verify['connect']>[0] & { deep?: boolean; job?: string | undefined }

/** A job is named by its id or its name; what has a scheme or a slash, or is named like Flink's directories, is a snapshot. */
function looksLikeSnapshot(text: string): boolean {
  return text === 'latest' || text.includes('/') || /^(chk-\d+|savepoint-[0-9a-f]{6}-[0-9a-f]{12})$/.test(text.trim())
}
