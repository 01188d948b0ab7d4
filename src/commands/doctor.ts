import { Flags } from '@oclif/core'
import { BaseCommand } from '../lib/cli/base-command.js'
import { emptyStartsIn } from '../lib/cli/empty-starts.js'
import { EXIT, usageError } from '../lib/errors.js'
import { type Examination, examineInput, openExamination, readPolicy, rootsOf } from '../lib/examination.js'
import { findingsOf } from '../lib/findings/examine.js'
import { type Finding, isWanting, sortFindings } from '../lib/findings/finding.js'
import { lintLifecycle } from '../lib/findings/lifecycle.js'
import { parsePolicy } from '../lib/findings/lifecycle-policy.js'
import { examine } from '../lib/operations/examine.js'
import { findingsJson, findingsTable, findingsText } from '../lib/views/findings.js'

interface Examined {
  findings: Finding[]
  /** Files, clusters, jobs, scripts, roots and containers looked at; with a policy, its rules. */
  checked: number
}

export default class Doctor extends BaseCommand {
  static override description =
    'Look for what loses state, or does nothing: configuration, storage rights (tried on a blob of its own), retention, checkpoints. With --lifecycle only a policy is looked at. Exit 11 when something is found that is more than advice.'
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --json',
    'az storage account management-policy show --account-name acct --resource-group rg > policy.json; <%= config.bin %> doctor --lifecycle policy.json',
  ]
  static override flags = {
    lifecycle: Flags.string({ description: 'Azure lifecycle management policy to check against the roots', helpValue: '<policy.json>' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Doctor)
    this.adopt(flags)
    const { config, context, jobmanager, lifecycle } = flags
    const examination = await openExamination({
      flags: { config, context, jobmanager },
      ...this.surroundings(),
    })
    this.progress.update('Looking')
    const { findings, checked } = lifecycle === undefined ? await examineAll(examination) : await lint(examination, lifecycle)
    this.progress.done()
    if (flags.output === 'table' || (flags.output === undefined && this.streams.stdoutTty))
      this.print(findingsText(findings, checked, this.streams))
    else this.renderTable(findingsTable(findings))
    process.exitCode = isWanting(findings) ? EXIT.foundWanting : EXIT.done
    return findingsJson(findings, checked)
  }
}

async function examineAll(examination: Examination): Promise<Examined> {
  const emptyStarts = () => emptyStartsIn(examination.context)
  const facts = await examine({ ...(await examineInput(examination)), emptyStarts })
  const jobs = facts.clusters.flatMap(({ jobs: known }) => (known.state === 'known' ? known.value : []))
  const subjects = [facts.clusters, jobs, facts.scripts, facts.roots, facts.containers]
  return { findings: findingsOf(facts), checked: subjects.flat().length + (facts.file ? 1 : 0) }
}

async function lint({ context }: Examination, path: string): Promise<Examined> {
  const policy = parsePolicy(await readPolicy(path))
  if (!policy.ok) throw usageError(`${path} is no lifecycle policy: it ${policy.problem}.`)
  const roots = rootsOf(await context.withCluster())
  if (roots.length === 0)
    throw usageError(
      'No root is known to check the policy against.',
      'Name roots in flinkops.yaml, or point FLINK_CONF_DIR to the configuration of Flink.',
    )
  return { findings: sortFindings(lintLifecycle(policy.rules, roots)), checked: policy.rules.length }
}
