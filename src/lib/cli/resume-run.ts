import type { Context } from '../context.js'
import { notFoundError, refusedError } from '../errors.js'
import { type Before, type Restorables, rivalry } from '../operations/find-restorable.js'
import type { ListedSnapshot } from '../operations/list-snapshots.js'
import type { LocatedSnapshot } from '../operations/locate-snapshot.js'
import type { Program } from '../operations/program.js'
import { type ResumeInput, type ResumeResult, resumeJob } from '../operations/resume-job.js'
import { resumeLatest } from '../operations/resume-latest.js'
import { snapshotOwner } from '../operations/snapshot-owner.js'
import type { ClaimMode } from '../ports.js'
import { stateRoots } from '../scope.js'
import { chosenLine, nothingRestorable, passedOverLines } from '../views/restorable.js'
import { noCheckpointsNotice } from '../views/wait.js'
import { checkAlone, findFor, launchPorts } from './job-checks.js'
import type { RestorePoint } from './restore-point.js'
import type { RunVoice } from './run-each.js'

export interface ResumeRun extends RunVoice {
  program: Program
  point: RestorePoint
  claimMode: ClaimMode
  allowNonRestoredState: boolean
  /** The job was given by its name, not as a file: with a path, it is to go on from there whosever that is. */
  isNamed?: boolean
  allowClaimNative: boolean
  /** Start it although a job of its name is on the cluster. */
  allowSecond: boolean
  waitFor: 'restored' | 'checkpoint'
  /** Check everything, start nothing. */
  dryRun: boolean
  context: Context
  /** With `latest`: only what this run wrote; a job id or a unique prefix. */
  ofRun?: string | null
  /** Job id that the caller has chosen; else one is chosen. */
  jobId?: string
}

/** Restores one job and proves it; refused while a job of its name is on the cluster. */
export async function resumeProgram(run: ResumeRun): Promise<ResumeResult & Partial<Pick<Restorables, 'passedOver'>>> {
  const { point, context } = run
  await checkAlone(run)
  const input = await resumeInput(run)
  if (point.kind === 'path') return noticed(run, await resumeJob({ ...input, from: point.text, isNamed: run.isNamed ?? false }))
  let passedOver: Restorables['passedOver'] = []
  const result = await resumeLatest({
    ...input,
    find: async () => {
      const found = await findFor(run.program, point.before, context, run.ofRun ?? null)
      for (const problem of found.silent) run.onNotice(`${problem.replace(/\.$/, '')}. Newer snapshots of jobs there may be missed.`)
      for (const line of passedOverLines(found)) run.onSay(line)
      passedOver = found.passedOver
      const newest = newestOf(found, run.program, point.before)
      run.onSay(chosenLine(found, newest, run.program.title))
      return newest
    },
    onVanished: (path) => run.onSay(`${path} went away meanwhile (a newer checkpoint took its place); looking again`),
  })
  return { ...noticed(run, result), passedOver }
}

function noticed(run: ResumeRun, result: ResumeResult): ResumeResult {
  if (result.jobId !== null && !result.verified) run.onNotice(noCheckpointsNotice(result.jobName, result.restoredFrom))
  return result
}

async function resumeInput(run: ResumeRun): Promise<Omit<ResumeInput, 'from'>> {
  const { program, claimMode, allowNonRestoredState, allowClaimNative, waitFor, dryRun, context, onSay, onProgress } = run
  return {
    ...(await launchPorts(context)),
    ...(run.jobId !== undefined && { jobId: run.jobId }),
    program,
    claimMode,
    allowNonRestoredState,
    allowClaimNative,
    waitFor,
    dryRun,
    roots: stateRoots(await context.withCluster()),
    storage: await context.storage(),
    onVerified: (snapshot) => warn(run, snapshot),
    onStarted: (jobId, from) => onSay(`Started job ${jobId} from ${from}`),
    onProgress,
  }
}

function newestOf(found: Restorables, program: Program, before: Before | null): ListedSnapshot {
  if (found.newest !== null) return found.newest
  if (found.rivals.length > 0) throw refusedError('LATEST_AMBIGUOUS', ...rivalry(found, program.title))
  const { message, suggestions } = nothingRestorable(found, program.title, before !== null)
  throw notFoundError('SNAPSHOT_NOT_FOUND', message, ...suggestions)
}

async function warn(
  { program, point, claimMode, isNamed, context, onNotice }: ResumeRun,
  { path, location }: LocatedSnapshot,
): Promise<void> {
  const { signal, journal } = context
  if (point.kind === 'path' && program.names.length > 0) {
    const owner = await snapshotOwner({ location, jobManager: await context.jobManager(), journal, signal })
    const next = isNamed
      ? ` Named so, ${program.title} carries it on: what ${owner} left before may go when ${program.title} has restore points.`
      : ''
    if (owner !== null && !program.names.includes(owner)) onNotice(`${path} is a snapshot of ${owner}, not of ${program.title}.${next}`)
  }
  if (claimMode === 'CLAIM')
    onNotice(`CLAIM hands ${path} to the new job: Flink deletes it when it is not needed any more, and nothing can go back to it then.`)
}
