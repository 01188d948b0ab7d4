import type { Context } from '../context.js'
import { usageError } from '../errors.js'
import { goingJobs, refuseSecond } from '../operations/already-running.js'
import { type Before, findRestorable, type Restorables } from '../operations/find-restorable.js'
import type { LaunchPorts, Program } from '../operations/program.js'
import { openRecord, openScope, stateRoots } from '../scope.js'
import { parseLocation } from '../state/location.js'

interface AloneInput {
  program: Program
  /** Go on although a job of its name is on the cluster. */
  allowSecond: boolean
  context: Context
  onNotice: (text: string) => void
}

export async function launchPorts(context: Context): Promise<LaunchPorts> {
  const { journal, starts, now, signal, sqlGateway } = context
  return { jobManager: await context.jobManager(), sqlGateway, journal, starts, record: () => openRecord(context), now, signal }
}

/** Refuses a second job of the same name; says so where that cannot be checked. */
export async function checkAlone(run: AloneInput): Promise<void> {
  const { program, context, onNotice } = run
  if (run.allowSecond) return
  if (program.names.length === 0) {
    onNotice(
      `What ${program.title} calls its job is not known before it runs (--job-name tells it), so whether it runs already is not checked.`,
    )
    return
  }
  const { jobs, silent } = await goingJobs({ names: program.names, jobManagers: await context.jobManagers(), signal: context.signal })
  for (const problem of silent) onNotice(`${problem.replace(/\.$/, '')}. Whether ${program.title} runs there is not known.`)
  refuseSecond(jobs)
}

/** Looks in every container of the roots, and of the directories that the program names itself. */
export async function findFor(
  program: Program,
  before: Before | null,
  context: Context,
  jobId: string | null = null,
): Promise<Restorables> {
  const config = await context.withCluster()
  if (program.names.length === 0)
    throw usageError(
      `What ${program.title} calls its job is not known, so its snapshots cannot be told from others.`,
      'Tell it with --job-name <name>, or give the path of a snapshot.',
    )
  const roots = stateRoots(config)
  const scope = await openScope(context, [...new Set([...roots, ...program.ownDirectories.filter(isInStorage)])])
  return findRestorable({
    ...scope,
    stateRoots: scope.roots,
    rootPaths: roots,
    names: program.names,
    jobId,
    ownDirectories: program.ownDirectories,
    before,
    exclusive: config.exclusive.value,
    journal: context.journal,
    now: context.now,
    signal: context.signal,
  })
}

function isInStorage(path: string): boolean {
  return parseLocation(path).ok
}
