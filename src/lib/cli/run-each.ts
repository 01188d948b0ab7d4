import type { Context } from '../context.js'
import { EXIT, FlinkopsError } from '../errors.js'
import type { RestoreProgress } from '../operations/await-restore.js'
import type { Program } from '../operations/program.js'
import { withSharedSessions } from './shared-sessions.js'

/** What a start and a resume tell while they go on. */
export interface RunVoice {
  onNotice: (text: string) => void
  onSay: (text: string) => void
  onProgress: (progress: RestoreProgress) => void
}

const nothing = () => undefined

/** Of a rehearsal, only its failure is told. */
export const SILENT: RunVoice = { onNotice: nothing, onSay: nothing, onProgress: nothing }

/**
 * Runs the jobs of a script one after the other. Of several, each is first checked as in a dry run, so that nothing is started when one of
 * them cannot be; they share one session, in which each statement runs once; what fails later leaves the earlier ones running, and says so.
 */
export function runEach<J extends { program: Program }, T extends { jobId: string | null }>(
  jobs: J[],
  context: Context,
  run: (job: J, isRehearsal: boolean, context: Context) => Promise<T>,
): Promise<T[]> {
  return withSharedSessions(context, (shared) => each(jobs, (job, isRehearsal) => run(job, isRehearsal, shared)))
}

async function each<J extends { program: Program }, T extends { jobId: string | null }>(
  jobs: J[],
  run: (job: J, isRehearsal: boolean) => Promise<T>,
): Promise<T[]> {
  if (jobs.length > 1) for (const job of jobs) await run(job, true)
  const results: T[] = []
  for (const job of jobs) {
    try {
      results.push(await run(job, false))
    } catch (error) {
      const titles = jobs.map(({ program }) => program.title)
      throw partly(error, titles, results)
    }
  }
  return results
}

function partly(error: unknown, titles: string[], results: { jobId: string | null }[]): unknown {
  if (results.length === 0 || !(error instanceof FlinkopsError)) return error
  const up = results.map(({ jobId }, at) => `${titles[at]} (${jobId})`).join(', ')
  const open = titles.slice(results.length + 1)
  const rest = open.length === 0 ? '' : ` Not tried: ${open.join(', ')}.`
  return new FlinkopsError(`${titles[results.length]}: ${error.message} Up by then: ${up}.${rest}`, {
    code: error.code,
    exitCode: error.exitCode === EXIT.interrupted ? EXIT.interrupted : EXIT.partly,
    suggestions: [...error.suggestions, 'Go on with the others one by one, by name.'],
  })
}
