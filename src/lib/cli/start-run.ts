import type { Context } from '../context.js'
import { refusedError, usageError } from '../errors.js'
import type { Restorables } from '../operations/find-restorable.js'
import type { Program } from '../operations/program.js'
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
  const { program, waitFor, dryRun, context, onSay, onProgress } = run
  await checkAlone(run)
  if (!run.fresh) await refuseToForget(run)
  const result = await startJob({
    ...(await launchPorts(context)),
    program,
    waitFor,
    dryRun,
    storage: () => context.storage(),
    onStarted: (jobId) => onSay(`Started job ${jobId} with empty state`),
    onProgress,
  })
  if (result.jobId !== null && !result.verified && waitFor === 'checkpoint')
    run.onNotice(`${result.jobName} is ${result.state} and has completed no checkpoint: there is nothing to resume it from.`)
  return result
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
