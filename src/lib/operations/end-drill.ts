import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager } from '../ports.js'
import { isBelow, isSameContainer, type Location, parseLocation } from '../state/location.js'
import { checkpointsUnlessInitializing } from './checkpoints-of.js'
import { hasEnded } from './resolve-job.js'

export interface EndDrillInput {
  jobId: string
  /** The directory that is the drill's own. */
  directory: Location
  jobManager: JobManager
  /** Whether the submission may still be under way: then the job is looked for a while. */
  mayStillCome: boolean
  now: () => number
  signal: AbortSignal
}

const POLL_MS = 500
const COMES_WITHIN_MS = 15_000
const ENDS_WITHIN_MS = 120_000

/**
 * Cancels the job of a drill and waits until it has ended: what it wrote is nobody's from then on. Throws when it does not end, and when
 * another job was restored from what it wrote.
 */
export async function endDrill(input: EndDrillInput): Promise<void> {
  const { jobManager, jobId, signal, now } = input
  const startedAtMs = now()
  let isCancelled = false
  for (;;) {
    const state = await jobManager.jobState(jobId, signal)
    const elapsedMs = now() - startedAtMs
    if (state === null ? !input.mayStillCome || isCancelled || elapsedMs > COMES_WITHIN_MS : hasEnded(state)) break
    if (elapsedMs > ENDS_WITHIN_MS) throw goesOn(jobId, state ?? 'unknown')
    // Again each time: a cancel that comes while the job initializes may be lost.
    if (state !== null && state !== 'CANCELLING') {
      await jobManager.cancel(jobId, signal).catch(ignoreEnded)
      isCancelled = true
    }
    await sleep(POLL_MS, undefined, { signal })
  }
  await refuseHeirs(input)
}

function ignoreEnded(error: unknown): void {
  if (error instanceof FlinkopsError && ['JOB_ALREADY_ENDED', 'JOB_NOT_FOUND'].includes(error.code)) return
  throw error
}

function goesOn(jobId: string, state: string): FlinkopsError {
  return new FlinkopsError(`Job ${jobId} was cancelled and is still ${state}.`, { code: 'DRILL_GOES_ON', exitCode: EXIT.failedOnCluster })
}

/** Somebody may have found a checkpoint of the drill and gone on from there. */
async function refuseHeirs({ jobManager, jobId, directory, signal }: EndDrillInput): Promise<void> {
  for (const job of await jobManager.jobs(signal)) {
    if (job.jobId === jobId || hasEnded(job.state)) continue
    const restored = (await checkpointsUnlessInitializing(jobManager, job.jobId, signal))?.latest.restored?.externalPath
    const said = parseLocation(restored ?? '')
    if (!said.ok || !isSameContainer(said.location, directory) || !isBelow(said.location.name, directory.name)) continue
    throw new FlinkopsError(`${job.name} (${job.jobId}) was restored from ${restored}, which this drill wrote: it is left where it is.`, {
      code: 'DRILL_IN_USE',
      exitCode: EXIT.refused,
    })
  }
}
