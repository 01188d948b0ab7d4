import type { Context } from '../context.js'
import { FlinkopsError, refusedError, usageError } from '../errors.js'
import type { Restorables } from '../operations/find-restorable.js'
import type { LaunchPorts, Program } from '../operations/program.js'
import { rememberMeant } from '../operations/remember-proven.js'
import { type StartResult, startJob } from '../operations/start-job.js'
import { duration } from '../views/format.js'
import { passedOverLines } from '../views/restorable.js'
import { checkAlone, findFor, launchPorts } from './job-checks.js'
import type { RunVoice } from './run-each.js'

export interface StartRun extends RunVoice {
  program: Program
  /** Start empty although restore points may exist: storage is not looked at. */
  fresh: boolean
  /** Start it although a job of its name is on the cluster. */
  allowSecond: boolean
  waitFor: 'running' | 'checkpoint'
  /** Check everything, start nothing. */
  dryRun: boolean
  context: Context
}

/** Starts one job with empty state; refused while a job of its name is on the cluster, or a restore point of it in storage. */
export async function startProgram(run: StartRun): Promise<StartResult> {
  const { waitFor } = run
  await checkAlone(run)
  if (!run.fresh) await refuseToForget(run)
  const result = await launched(run)
  if (result.jobId !== null && !result.verified && waitFor === 'checkpoint')
    run.onNotice(`${result.jobName} is ${result.state} and has completed no checkpoint: there is nothing to resume it from.`)
  return result
}

async function launched(run: StartRun): Promise<StartResult> {
  const { program, waitFor, dryRun, context, onSay, onProgress } = run
  const ports = await launchPorts(context)
  const said: Promise<void>[] = []
  const onStarted = (jobId: string) => {
    onSay(`Started job ${jobId} with empty state`)
    if (run.fresh) said.push(sayMeant(jobId, ports, run.onNotice))
  }
  try {
    return await startJob({ ...ports, program, waitFor, dryRun, storage: () => context.storage(), onStarted, onProgress })
  } finally {
    await Promise.all(said)
  }
}

/** That it was to begin empty stands in the containers, or `doctor` would take it for a mistake. The job is up, so this does not fail it. */
async function sayMeant(jobId: string, ports: LaunchPorts, onNotice: (text: string) => void): Promise<void> {
  const problems = await rememberMeant(jobId, ports).catch((error: unknown) => {
    if (error instanceof FlinkopsError) return [error.message]
    throw error
  })
  for (const problem of problems)
    onNotice(
      `That ${jobId} was to begin empty is not written into storage: ${problem} Say it again: flinkops start --fresh --meant ${jobId}`,
    )
}

async function refuseToForget(run: StartRun): Promise<void> {
  const { program, context, onNotice, onSay } = run
  if (program.names.length === 0)
    throw usageError(
      `What ${program.title} calls its job is not known, so its restore points cannot be told from others.`,
      'Tell it with --job-name <name>, or start with empty state whatever there is: --fresh',
    )
  const found = await findFor(program, null, context)
  for (const problem of found.silent) onNotice(`${problem.replace(/\.$/, '')}. Restore points of jobs there may be missed.`)
  if (found.newest !== null || found.rivals.length > 0) throw restorePointExists(found, program.title)
  for (const line of passedOverLines(found)) onSay(line)
}

function restorePointExists({ newest: only, rivals, restorable }: Restorables, title: string): Error {
  const newest = only ?? rivals[0]
  const count = restorable === 1 ? 'a restorable snapshot' : `${restorable} restorable snapshots`
  return refusedError(
    'RESTORE_POINT_EXISTS',
    `${title} has ${count}, and start would begin with empty state; the newest is ${newest?.path} (${duration(newest?.ageMs ?? 0)} old).`,
    `Go on from there: flinkops resume ${title} --from latest`,
    'Or, knowing this, begin anew: --fresh',
  )
}
