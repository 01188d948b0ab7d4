import type { Context } from '../context.js'
import { EXIT, FlinkopsError } from '../errors.js'
import { rememberMeant } from '../operations/remember-proven.js'
import { resolveJob } from '../operations/resolve-job.js'
import { launchPorts } from './job-checks.js'

/** The JSON of `start --fresh --meant`. */
export interface MeantStart {
  jobId: string
  jobName: string
  state: string
  /** It stands in every container of the roots. */
  recorded: boolean
}

/** Writes down that a job of the cluster was to begin without state; starts nothing. Partly done where a container does not take it. */
export async function sayMeantStart(text: string, context: Context, isDryRun: boolean): Promise<MeantStart> {
  const ports = await launchPorts(context)
  const { jobId, name: jobName, state } = resolveJob(text, await ports.jobManager.jobs(context.signal))
  if (isDryRun) return { jobId, jobName, state, recorded: false }
  const [problem] = await rememberMeant(jobId, ports)
  if (problem === undefined) return { jobId, jobName, state, recorded: true }
  throw new FlinkopsError(`That ${jobName} was to begin empty is written down on this machine alone: ${problem}`, {
    code: 'NOT_RECORDED',
    exitCode: EXIT.partly,
    suggestions: ['Say it again with a credential that may write to the containers of the roots.'],
  })
}
