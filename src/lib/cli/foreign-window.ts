import { FlinkopsError, refusedError } from '../errors.js'
import type { Program } from '../operations/program.js'
import type { ManifestJob } from '../state/manifest.js'
import type { Screen } from './window.js'

export interface ForeignWindowInput {
  /** Jobs that are to be started. */
  jobs: ManifestJob[]
  /** What would be run for a job; throws where that, or the path it would come from, is nothing of this machine's. */
  programOf: (job: ManifestJob) => Promise<Program>
  isDryRun: boolean
  isConfirmed: boolean
  screen: Screen
}

/**
 * Shows what a window that was made elsewhere would run on this machine, file and digest, and asks. Answers why jobs are not started, by
 * their id in the manifest; a window of which nothing may be started is refused (exit 6), as is one for which nobody can be asked.
 */
export async function admitForeign(input: ForeignWindowInput): Promise<Map<string, string>> {
  const { jobs, screen } = input
  const refused = new Map<string, string>()
  screen.say('This manifest was not made on this machine. What it would start here:')
  const errors: FlinkopsError[] = []
  for (const job of jobs) {
    try {
      screen.say(`  ${job.name}: ${wordsOf((await input.programOf(job)).memory)}`)
    } catch (error) {
      if (!(error instanceof FlinkopsError)) throw error
      errors.push(error)
      refused.set(job.jobId, [error.message, ...error.suggestions].join(' '))
      screen.say(`  ${job.name}: not started: ${error.message}`)
    }
  }
  const [first] = errors
  if (first !== undefined && refused.size === jobs.length) throw refusedError(first.code, first.message, ...first.suggestions)
  if (!input.isDryRun && !input.isConfirmed) await askFor(screen)
  return refused
}

async function askFor(screen: Screen): Promise<void> {
  const answer = await screen.confirm('Start this? [y/N] ')
  if (answer === true) return
  const why = answer === null ? 'the manifest was not made on this machine, and there is nobody to ask' : 'it was declined'
  throw refusedError('DECLINED', `Nothing was started: ${why}.`, 'Look at what it would start with --dry-run, and confirm with --yes.')
}

function wordsOf({ path, sha256, kind, args, entryClass, parallelism }: Program['memory']): string {
  const more = [
    entryClass === null ? '' : `, class ${entryClass}`,
    args === null || args.length === 0 ? '' : `, ${args.length} arguments`,
    parallelism === null ? '' : `, parallelism ${parallelism}`,
  ]
  return `${kind} ${path}, sha256 ${shortDigest(sha256)}${more.join('')}`
}

/** As much of a digest as a person compares. */
export function shortDigest(sha256: string): string {
  return sha256.slice(0, 12)
}
